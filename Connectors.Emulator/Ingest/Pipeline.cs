using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Ingest;

/// <summary>A named list of processors.</summary>
internal sealed class Pipeline
{
    private readonly List<Processor> _processors;
    private readonly List<Processor>? _onFailure;

    /// <exception cref="ElasticErrorException">400: the definition is wrong or uses what the emulator doesn't know.</exception>
    public Pipeline(string id, JsonObject definition, long createdAt, long modifiedAt)
    {
        if (
            definition
                .FirstOrDefault(member =>
                    member.Key
                        is not (
                            "description"
                            or "processors"
                            or "on_failure"
                            or "version"
                            or "_meta"
                            or "created_date_millis"
                            or "modified_date_millis"
                        )
                )
                .Key is
            { } unknown
        )
        {
            throw ElasticErrors.Unsupported($"[{unknown}] in a pipeline").Thrown();
        }

        Id = id;
        Definition = definition;
        CreatedAt = createdAt;
        ModifiedAt = modifiedAt;
        _processors = Processor.ParseAll(definition["processors"]);
        _onFailure = definition["on_failure"] is { } steps ? Processor.ParseAll(steps) : null;
    }

    public string Id { get; }

    public JsonObject Definition { get; }

    /// <summary>Milliseconds since 1970.</summary>
    public long CreatedAt { get; }

    /// <summary>Milliseconds since 1970.</summary>
    public long ModifiedAt { get; }

    /// <summary>Sends a document through.</summary>
    /// <exception cref="ElasticErrorException">A processor failed.</exception>
    public void Run(ReadOnlyMemory<byte> source, string index, string id, PooledBuffer output)
    {
        var document = new IngestDocument(index, id);
        document.Read(source);
        try
        {
            foreach (var processor in _processors)
            {
                processor.Run(document, Id);
            }
        }
        catch (ElasticErrorException exception) when (_onFailure is not null)
        {
            document.Metadata["on_failure_message"] = exception.Message;
            document.Metadata["on_failure_pipeline"] = Id;
            _onFailure.ForEach(step => step.Run(document, Id));
        }

        document.Write(output);
    }
}
