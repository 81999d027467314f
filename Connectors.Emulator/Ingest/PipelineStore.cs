using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Ingest;

/// <summary>All pipelines. Begins with the one that Elasticsearch brings for connectors.</summary>
internal sealed class PipelineStore
{
    private readonly ConcurrentDictionary<string, Pipeline> _pipelines = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly Durability.DataFolder? _data;

    public PipelineStore(TimeProvider time, Durability.DataFolder? data)
    {
        _time = time;
        _data = data;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        _pipelines[DefaultPipeline.Name] = new Pipeline(DefaultPipeline.Name, DefaultPipeline.Definition(), now, now);
    }

    public IEnumerable<Pipeline> All => _pipelines.Values.OrderBy(pipeline => pipeline.Id, StringComparer.Ordinal);

    public Pipeline? Find(string id) => _pipelines.GetValueOrDefault(id);

    public void Put(string id, JsonObject definition)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        _pipelines[id] = new Pipeline(id, definition, Find(id)?.CreatedAt ?? now, now);
        _data?.SavedPipelines(this);
    }

    /// <summary>The number of pipelines deleted by a name or a pattern.</summary>
    public int Delete(string pattern)
    {
        var found = _pipelines.Keys.Where(id => Wildcard.Matches(pattern, id)).Count(id => _pipelines.TryRemove(id, out _));
        _data?.SavedPipelines(this);
        return found;
    }

    internal void Restore(Pipeline pipeline) => _pipelines[pipeline.Id] = pipeline;
}
