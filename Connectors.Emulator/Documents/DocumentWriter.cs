using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;
using Connectors.Emulator.Inference;
using Connectors.Emulator.Ingest;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Documents;

/// <summary>Writes documents: what the document calls and the bulk call have in common.</summary>
internal sealed class DocumentWriter(Cluster cluster, PipelineStore pipelines, SemanticFields semantic)
{
    public const int MaxIdBytes = 512;
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 1000,
    };
    private static readonly JsonDocumentOptions ReaderOptions = new() { MaxDepth = 1000 };

    public Cluster Cluster { get; } = cluster;

    /// <summary>Checks and stores a document.</summary>
    /// <exception cref="ElasticErrorException">It is refused.</exception>
    public WriteOutcome Index(
        EmulatedIndex index,
        ReadOnlySpan<byte> id,
        ReadOnlySpan<byte> source,
        WriteCondition condition,
        DocumentParser parser
    )
    {
        var fields = index.Mapping.FieldCount;
        var facts = parser.Parse(index.Mapping, source, id);
        if (index.Mapping.FieldCount != fields)
        {
            Cluster.Changed();
        }

        if (index.Mapping.SemanticFields.Count > 0)
        {
            parser.Inferences += semantic.Infer(index.Mapping, source.ToArray());
        }

        return index.Documents.Put(new StoredDocument(id, source, facts), condition);
    }

    /// <summary>Runs the pipeline, if any, then stores.</summary>
    /// <exception cref="ElasticErrorException">It is refused.</exception>
    public WriteOutcome IndexThrough(
        EmulatedIndex index,
        ReadOnlySpan<byte> id,
        ReadOnlyMemory<byte> source,
        WriteCondition condition,
        DocumentParser parser,
        Pipeline? pipeline
    )
    {
        if (pipeline is null)
        {
            return Index(index, id, source.Span, condition, parser);
        }

        using var output = new PooledBuffer(source.Length + 256);
        pipeline.Run(source, index.Name, Encoding.UTF8.GetString(id), output);
        return Index(index, id, output.WrittenSpan, condition, parser);
    }

    /// <summary>The pipeline for writes to an index: the one asked for, else the index's own.</summary>
    /// <exception cref="ElasticErrorException">400: there is none of this name.</exception>
    public Pipeline? PipelineFor(EmulatedIndex index, string? asked)
    {
        var name = asked ?? index.Settings.DefaultPipeline;
        return name is null or "_none"
            ? null
            : pipelines.Find(name) ?? throw ElasticErrors.IllegalArgument($"pipeline with id [{name}] does not exist").Thrown();
    }

    /// <summary>Merges a partial document into a stored one.</summary>
    /// <exception cref="ElasticErrorException">404 without document and upsert, 409, or a refused document.</exception>
    public WriteOutcome Update(
        EmulatedIndex index,
        ReadOnlySpan<byte> id,
        JsonObject request,
        WriteCondition condition,
        int retries,
        DocumentParser parser
    )
    {
        Check(request);
        for (var attempt = 0; ; attempt++)
        {
            var current = index.Documents.Find(id);
            if (condition.IfSeqNo is not null && (current is null || current.SeqNo != condition.IfSeqNo || condition.IfPrimaryTerm != 1))
            {
                return new WriteOutcome(null, Conflict(current, condition), 0, 0);
            }

            WriteOutcome outcome;
            if (current is null)
            {
                var upsert = request["upsert"]
                    ?? (Json.Flag(request["doc_as_upsert"]) ? request["doc"] : null)
                    ?? throw ElasticErrors.MissingDocument(index.Name, index.Uuid, Encoding.UTF8.GetString(id)).Thrown();
                outcome = Index(index, id, Bytes(upsert), new WriteCondition(MustBeNew: true), parser);
            }
            else
            {
                var before = (JsonObject)JsonNode.Parse(current.Source, null, ReaderOptions)!;
                var after = (JsonObject)before.DeepClone();
                var changed = Merge(after, (JsonObject)request["doc"]!);
                if (!changed && Json.Flag(request["detect_noop"], otherwise: true))
                {
                    return new WriteOutcome("noop", null, current.Version, current.SeqNo);
                }

                outcome = Index(index, id, Bytes(after), new WriteCondition(current.SeqNo, 1), parser);
            }

            if (outcome.Result is not null || condition.IfSeqNo is not null || attempt >= retries)
            {
                return outcome;
            }
        }
    }

    /// <exception cref="ElasticErrorException">400: longer than 512 bytes.</exception>
    public static void CheckId(ReadOnlySpan<byte> id)
    {
        if (id.Length > MaxIdBytes)
        {
            throw ElasticErrors
                .Validation($"id [{Encoding.UTF8.GetString(id)}] is too long, must be no longer than 512 bytes but was: {id.Length}")
                .Thrown();
        }
    }

    private static void Check(JsonObject request)
    {
        foreach (var (key, _) in request)
        {
            if (key is "script" or "scripted_upsert")
            {
                throw ElasticErrors.Unsupported("scripts").Thrown();
            }

            if (key is not ("doc" or "upsert" or "doc_as_upsert" or "detect_noop" or "_source" or "if_seq_no" or "if_primary_term"))
            {
                throw new ElasticError(400, "x_content_parse_exception", $"[UpdateRequest] unknown field [{key}]").Thrown();
            }
        }

        if (request["doc"] is not JsonObject)
        {
            throw ElasticErrors.Validation("script or doc is missing").Thrown();
        }
    }

    private static string Conflict(StoredDocument? current, WriteCondition condition) =>
        $"required seqNo [{condition.IfSeqNo}], primary term [{condition.IfPrimaryTerm}]. "
        + (current is null ? "but no document was found" : $"current document has seqNo [{current.SeqNo}] and primary term [1]");

    /// <summary>Objects are merged, everything else is replaced. True when that changed anything.</summary>
    private static bool Merge(JsonObject target, JsonObject changes)
    {
        var changed = false;
        foreach (var (name, value) in changes)
        {
            if (value is JsonObject inner && target[name] is JsonObject existing)
            {
                changed |= Merge(existing, inner);
            }
            else if (!target.ContainsKey(name) || !JsonNode.DeepEquals(target[name], value))
            {
                target[name] = value?.DeepClone();
                changed = true;
            }
        }

        return changed;
    }

    private static byte[] Bytes(JsonNode node)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, WriterOptions))
        {
            node.WriteTo(json);
        }

        return output.ToArray();
    }
}
