using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;
using Connectors.Emulator.Ingest;
using Connectors.Emulator.Mapping;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Emulator.Durability;

/// <summary>
/// Keeps indices and documents over restarts: <c>cluster.json</c> for everything but documents, replaced as a whole, and a journal of
/// writes per index. A write is with the operating system before it is answered, so that it survives a killed process (not a power cut).
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private readonly string _path;
    private readonly FileStream _owner;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, IndexJournal> _journals = new(StringComparer.Ordinal);
    private Cluster? _cluster;
    private PipelineStore? _pipelines;
    private volatile bool _isDirty;

    /// <exception cref="IOException">It can't be used, or another process uses it.</exception>
    public DataFolder(string path)
    {
        _path = PrivateFiles.CreateRoot(path);
        try
        {
            _owner = PrivateFiles.OpenOrCreate(Path.Combine(_path, "owner.lock"));
        }
        catch (IOException exception)
        {
            throw new IOException(
                $"The emulator's data folder '{path}' is used by another process. Stop that one, or choose another folder.",
                exception
            );
        }
    }

    private string ClusterFile => Path.Combine(_path, "cluster.json");

    /// <summary>Puts everything back; called once, before the first request.</summary>
    /// <exception cref="IOException">A file is damaged, or can't be read.</exception>
    public void Load(Cluster cluster, PipelineStore pipelines)
    {
        if (File.Exists(ClusterFile))
        {
            try
            {
                Load((JsonObject)JsonNode.Parse(File.ReadAllBytes(ClusterFile))!, cluster, pipelines);
            }
            catch (Exception failure) when (IsDamage(failure))
            {
                throw Damaged(ClusterFile, "the emulator begins without any index", failure);
            }
        }

        _cluster = cluster;
        _pipelines = pipelines;
    }

    /// <summary>Begins to keep the writes of an index.</summary>
    public void Attach(EmulatedIndex index)
    {
        var journal = _journals.GetOrAdd(index.Uuid, uuid => new IndexJournal(Path.Combine(_path, uuid + ".journal")));
        index.Documents.Written = journal.Append;
    }

    /// <summary>Forgets an index.</summary>
    public void Drop(EmulatedIndex index)
    {
        index.Documents.Written = null;
        if (_journals.TryRemove(index.Uuid, out var journal))
        {
            journal.Dispose();
            File.Delete(journal.Path);
        }
    }

    /// <summary>Something else than documents has changed; written at the next <see cref="Flush"/>.</summary>
    public void Saved(Cluster cluster)
    {
        _cluster = cluster;
        _isDirty = true;
    }

    public void SavedPipelines(PipelineStore pipelines)
    {
        _pipelines = pipelines;
        _isDirty = true;
    }

    /// <summary>Called after each request, before its answer.</summary>
    public void Flush()
    {
        if (_isDirty)
        {
            lock (_lock)
            {
                _isDirty = false;
                WriteCluster();
            }
        }

        foreach (var (_, journal) in _journals)
        {
            journal.Flush();
        }
    }

    public void Dispose()
    {
        Flush();
        foreach (var journal in _journals.Values)
        {
            journal.Dispose();
        }

        _owner.Dispose();
    }

    private void Load(JsonObject root, Cluster cluster, PipelineStore pipelines)
    {
        foreach (var (name, saved) in root["indices"]!.AsObject())
        {
            var settings = new IndexSettings();
            settings.Merge(saved!["settings"]);
            var index = new EmulatedIndex(name, Json.Text(saved["uuid"])!, saved["created_at"]!.GetValue<long>(), settings);
            index.Mapping.Merge((JsonObject)saved["mappings"]!);
            cluster.Restore(index);
            Replay(index);
            Attach(index);
        }

        foreach (var (alias, targets) in root["aliases"]!.AsObject())
        {
            foreach (var (index, isWrite) in targets!.AsObject())
            {
                cluster.RestoreAlias(alias, index, isWrite?.GetValue<bool>());
            }
        }

        foreach (var (name, template) in root["templates"]!.AsObject())
        {
            cluster.Templates[name] = (JsonObject)template!.DeepClone();
        }

        foreach (var (id, pipeline) in root["pipelines"]!.AsObject())
        {
            pipelines.Restore(
                new Pipeline(
                    id,
                    (JsonObject)pipeline!["definition"]!.DeepClone(),
                    pipeline["created_at"]!.GetValue<long>(),
                    pipeline["modified_at"]!.GetValue<long>()
                )
            );
        }
    }

    // Whatever reading a file of ours stumbles over: it is not as it was written.
    private static bool IsDamage(Exception failure) => failure is not (IOException or UnauthorizedAccessException or OutOfMemoryException);

    private static IOException Damaged(string file, string then, Exception failure) =>
        new($"'{file}' is damaged. Delete it, and {then}, or choose another folder.", failure);

    private void Replay(EmulatedIndex index)
    {
        var journal = new IndexJournal(Path.Combine(_path, index.Uuid + ".journal"));
        _journals[index.Uuid] = journal;
        var parser = new DocumentParser();
        try
        {
            journal.Replay(
                (id, source, seqNo, version) =>
                {
                    var facts = parser.Parse(index.Mapping, source.Span, id.Span);
                    index.Documents.Restore(new StoredDocument(id.Span, source.Span, facts) { SeqNo = seqNo, Version = version });
                },
                (id, seqNo) => index.Documents.RestoreDelete(id.Span, seqNo)
            );
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            throw Damaged(journal.Path, $"the index '{index.Name}' begins without documents", failure);
        }
    }

    private void WriteCluster()
    {
        var temporary = ClusterFile + ".new";
        using (var file = PrivateFiles.Create(temporary))
        using (var json = new Utf8JsonWriter(file))
        {
            json.WriteStartObject();
            json.WriteStartObject("indices");
            foreach (var index in _cluster!.Indices)
            {
                json.WriteStartObject(index.Name);
                json.WriteString("uuid", index.Uuid);
                json.WriteNumber("created_at", index.CreatedAt);
                json.WritePropertyName("settings");
                index.Settings.ToJson().WriteTo(json);
                json.WritePropertyName("mappings");
                MappingWriter.Write(json, index.Mapping);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteStartObject("aliases");
            foreach (var (alias, targets) in _cluster.Aliases)
            {
                json.WriteStartObject(alias);
                foreach (var (index, isWrite) in targets.Indices)
                {
                    json.WritePropertyName(index);
                    JsonSerializer.Serialize(json, isWrite);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteStartObject("templates");
            foreach (var (name, template) in _cluster.Templates)
            {
                json.WritePropertyName(name);
                template.WriteTo(json);
            }

            json.WriteEndObject();
            json.WriteStartObject("pipelines");
            foreach (var pipeline in _pipelines!.All)
            {
                json.WriteStartObject(pipeline.Id);
                json.WriteNumber("created_at", pipeline.CreatedAt);
                json.WriteNumber("modified_at", pipeline.ModifiedAt);
                json.WritePropertyName("definition");
                pipeline.Definition.WriteTo(json);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        File.Move(temporary, ClusterFile, overwrite: true);
    }
}
