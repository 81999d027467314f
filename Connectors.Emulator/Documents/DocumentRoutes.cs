using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Documents;

/// <summary>Single documents: index, create, get, update, delete, and several by id.</summary>
internal sealed class DocumentRoutes(Cluster cluster, DocumentWriter writer, EmulatorOptions options) : IRoutes
{
    private const string Reading = "_source,_source_includes,_source_excludes,realtime,refresh,preference,routing";
    private const string Writing = "refresh,timeout,wait_for_active_shards,if_seq_no,if_primary_term,pipeline,op_type,require_alias";

    public IEnumerable<Route> Routes =>
        [
            new("PUT,POST", "{index}/_doc/{id}", Writing, exchange =>
                Index(exchange, exchange.Segments[2], exchange["op_type"] == "create")
            ),
            new("PUT,POST", "{index}/_create/{id}", Writing, exchange => Index(exchange, exchange.Segments[2], mustBeNew: true)),
            new("POST", "{index}/_doc", Writing, exchange => Index(exchange, Identifiers.NewDocumentId(), mustBeNew: true)),
            new("GET,HEAD", "{index}/_doc/{id}", Reading, Get),
            new("GET", "{index}/_source/{id}", Reading, GetSource),
            new("DELETE", "{index}/_doc/{id}", "refresh,timeout,wait_for_active_shards,if_seq_no,if_primary_term", Delete),
            new("POST", "{index}/_update/{id}", Writing + ",retry_on_conflict,_source,_source_includes,_source_excludes", Update),
            new("GET,POST", "{index}/_mget", Reading, GetMany),
            new("GET,POST", "_mget", Reading, GetMany),
        ];

    public static WriteCondition ConditionOf(Exchange exchange, bool mustBeNew = false) =>
        new(exchange.Number("if_seq_no"), exchange.Number("if_primary_term"), mustBeNew);

    private void Index(Exchange exchange, string id, bool mustBeNew)
    {
        if (exchange.Body.Length > options.MaxIndexingBytes)
        {
            throw Pressure(exchange.Body.Length, options.MaxIndexingBytes).Thrown();
        }

        if (exchange.Body.IsEmpty)
        {
            throw new ElasticError(400, "parse_exception", "request body is required").Thrown();
        }

        var utf8Id = Encoding.UTF8.GetBytes(id);
        DocumentWriter.CheckId(utf8Id);
        var index = Target(exchange);
        var outcome = writer.IndexThrough(
            index,
            utf8Id,
            exchange.Body,
            ConditionOf(exchange, mustBeNew),
            new DocumentParser(),
            writer.PipelineFor(index, exchange["pipeline"])
        );
        Answer(exchange, index, id, outcome);
    }

    private void Update(Exchange exchange)
    {
        if (exchange["pipeline"] is not null || exchange["op_type"] is not null)
        {
            throw ElasticErrors.IllegalArgument($"request [{exchange.Path}] contains unrecognized parameter: [pipeline]").Thrown();
        }

        var utf8Id = Encoding.UTF8.GetBytes(exchange.Segments[2]);
        DocumentWriter.CheckId(utf8Id);
        var request = exchange.BodyObject();
        var isUpsert = request["upsert"] is not null || Json.Flag(request["doc_as_upsert"]);
        var index = cluster.Find(exchange.Segments[0])
            ?? (isUpsert ? Target(exchange) : throw ElasticErrors.NoSuchIndex(exchange.Segments[0]).Thrown());
        var condition = ConditionOf(exchange);
        var outcome = writer.Update(
            index,
            utf8Id,
            request,
            condition,
            (int)(exchange.Number("retry_on_conflict") ?? 0),
            new DocumentParser()
        );
        var filter =
            exchange["_source"] is null && exchange["_source_includes"] is null
                ? SourceFilter.From(request["_source"] ?? JsonValue.Create(false))
                : SourceFilter.From(exchange);
        Answer(exchange, index, exchange.Segments[2], outcome, filter);
    }

    private void Delete(Exchange exchange)
    {
        var id = exchange.Segments[2];
        var index = cluster.Find(exchange.Segments[0]) ?? throw ElasticErrors.NoSuchIndex(exchange.Segments[0]).Thrown();
        Answer(exchange, index, id, index.Documents.Delete(Encoding.UTF8.GetBytes(id), ConditionOf(exchange)));
    }

    private void Get(Exchange exchange)
    {
        var index = cluster.Get(exchange.Segments[0]);
        var document = index.Find(exchange.Segments[2]);
        exchange.Status = document is null ? 404 : 200;
        WriteFound(exchange.Json, index, exchange.Segments[2], document, SourceFilter.From(exchange));
    }

    private void GetSource(Exchange exchange)
    {
        var index = cluster.Get(exchange.Segments[0]);
        var document = index.Find(exchange.Segments[2])
            ?? throw new ElasticError(
                404,
                "resource_not_found_exception",
                $"Document not found [{exchange.Segments[0]}]/[{exchange.Segments[2]}]"
            ).Thrown();
        SourceFilter.From(exchange).Write(document.Source, exchange.Json);
    }

    private void GetMany(Exchange exchange)
    {
        var request = exchange.BodyObject();
        var filter = SourceFilter.From(exchange);
        var named = exchange.Segments.Length == 2 ? exchange.Segments[0] : null;
        var json = exchange.Json;
        json.WriteStartObject();
        json.WriteStartArray("docs");
        var wanted = request["ids"] is JsonArray ids
            ? ids.Select(id => (Index: named, Id: Json.Text(id) ?? "", Filter: filter))
            : (request["docs"] as JsonArray ?? throw ElasticErrors.Validation("no documents to get").Thrown()).Select(doc =>
                (
                    Index: Json.Text(doc?["_index"]) ?? named,
                    Id: Json.Text(doc?["_id"]) ?? throw ElasticErrors.Validation("id is missing for doc 0").Thrown(),
                    Filter: doc?["_source"] is { } source ? SourceFilter.From(source) : filter
                )
            );
        foreach (var (name, id, show) in wanted)
        {
            if (name is null)
            {
                throw ElasticErrors.Validation("index is missing for doc 0").Thrown();
            }

            if (cluster.Find(name) is { } index)
            {
                WriteFound(json, index, id, index.Find(id), show);
                continue;
            }

            json.WriteStartObject();
            json.WriteString("_index", name);
            json.WriteString("_id", id);
            json.WriteStartObject("error");
            json.WriteStartArray("root_cause");
            json.WriteStartObject();
            ElasticErrors.NoSuchIndex(name).WriteMembers(json);
            json.WriteEndObject();
            json.WriteEndArray();
            ElasticErrors.NoSuchIndex(name).WriteMembers(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static ElasticError Pressure(long bytes, long limit) =>
        new(
            429,
            "es_rejected_execution_exception",
            "rejected execution of coordinating operation [coordinating_and_primary_bytes=0, replica_bytes=0, all_bytes=0, "
                + $"coordinating_operation_bytes={bytes}, max_coordinating_bytes={limit}]"
        );

    private EmulatedIndex Target(Exchange exchange)
    {
        var name = exchange.Segments[0];
        if (exchange.Flag("require_alias") && !cluster.IsAlias(name))
        {
            throw ElasticErrors.NoSuchIndex(name).Thrown();
        }

        return cluster.GetOrCreate(name);
    }

    private static void WriteFound(Utf8JsonWriter json, EmulatedIndex index, string id, StoredDocument? document, SourceFilter filter)
    {
        json.WriteStartObject();
        json.WriteString("_index", index.Name);
        json.WriteString("_id", id);
        if (document is not null)
        {
            json.WriteNumber("_version", document.Version);
            json.WriteNumber("_seq_no", document.SeqNo);
            json.WriteNumber("_primary_term", 1);
        }

        json.WriteBoolean("found", document is not null);
        if (document is not null && filter.HasSource)
        {
            json.WritePropertyName("_source");
            filter.Write(document.Source, json);
        }

        json.WriteEndObject();
    }

    private static void Answer(Exchange exchange, EmulatedIndex index, string id, WriteOutcome outcome, SourceFilter? shown = null)
    {
        if (outcome.Conflict is { } conflict)
        {
            throw index.ConflictOf(id, conflict).Thrown();
        }

        exchange.Status = outcome.Status;
        if (outcome.Result == "created")
        {
            exchange.Location = $"/{index.Name}/_doc/{Uri.EscapeDataString(id)}";
        }

        var json = exchange.Json;
        var isNoop = outcome.Result == "noop";
        json.WriteStartObject();
        json.WriteString("_index", index.Name);
        json.WriteString("_id", id);
        json.WriteNumber("_version", outcome.Version);
        json.WriteString("result", outcome.Result);
        if (exchange["refresh"] is "" or "true" && !isNoop)
        {
            json.WriteBoolean("forced_refresh", true);
        }

        json.WriteStartObject("_shards");
        json.WriteNumber("total", isNoop ? 0 : index.Copies);
        json.WriteNumber("successful", isNoop ? 0 : 1);
        json.WriteNumber("failed", 0);
        json.WriteEndObject();
        json.WriteNumber("_seq_no", outcome.SeqNo);
        json.WriteNumber("_primary_term", 1);
        if (shown is { HasSource: true } && index.Find(id) is { } document)
        {
            json.WriteStartObject("get");
            json.WriteNumber("_seq_no", document.SeqNo);
            json.WriteNumber("_primary_term", 1);
            json.WriteBoolean("found", true);
            json.WritePropertyName("_source");
            shown.Write(document.Source, json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
