using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Emulator.Http;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Ingest;

/// <summary>Pipelines: put, get, delete, try out.</summary>
internal sealed class PipelineRoutes(PipelineStore pipelines, TimeProvider time) : IRoutes
{
    public IEnumerable<Route> Routes =>
        [
            new("PUT", "_ingest/pipeline/{id}", "master_timeout,timeout", Put),
            new("GET", "_ingest/pipeline", "master_timeout,summary", exchange => Get(exchange, "*")),
            new("GET", "_ingest/pipeline/{id}", "master_timeout,summary", exchange => Get(exchange, exchange.Segments[2])),
            new("DELETE", "_ingest/pipeline/{id}", "master_timeout,timeout", Delete),
            new("GET,POST", "_ingest/pipeline/{id}/_simulate", "", Simulate),
        ];

    private void Put(Exchange exchange)
    {
        if (exchange.Body.IsEmpty)
        {
            throw new ElasticError(400, "parse_exception", "request body is required").Thrown();
        }

        pipelines.Put(exchange.Segments[2], exchange.BodyObject());
        exchange.Acknowledge();
    }

    private void Get(Exchange exchange, string pattern)
    {
        var found = pipelines.All.Where(pipeline => pattern.Split(',').Any(name => Wildcard.Matches(name, pipeline.Id))).ToList();
        var json = exchange.Json;
        exchange.Status = found.Count == 0 && !pattern.Contains('*', StringComparison.Ordinal) ? 404 : 200;
        json.WriteStartObject();
        foreach (var pipeline in found)
        {
            json.WriteStartObject(pipeline.Id);
            foreach (
                var (name, value) in pipeline.Definition.Where(member =>
                    member.Value is not null && !member.Key.EndsWith("_date_millis", StringComparison.Ordinal)
                )
            )
            {
                json.WritePropertyName(name);
                value!.WriteTo(json);
            }

            json.WriteNumber("created_date_millis", pipeline.CreatedAt);
            json.WriteNumber("modified_date_millis", pipeline.ModifiedAt);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void Delete(Exchange exchange)
    {
        var id = exchange.Segments[2];
        if (pipelines.Delete(id) == 0 && !id.Contains('*', StringComparison.Ordinal))
        {
            throw new ElasticError(404, "resource_not_found_exception", $"pipeline [{id}] is missing").Thrown();
        }

        exchange.Acknowledge();
    }

    private void Simulate(Exchange exchange)
    {
        var pipeline = pipelines.Find(exchange.Segments[2])
            ?? throw ElasticErrors.IllegalArgument($"pipeline [{exchange.Segments[2]}] does not exist").Thrown();
        var documents = exchange.BodyObject()["docs"] as JsonArray ?? throw Processor.Required("docs", null);
        var json = exchange.Json;
        json.WriteStartObject();
        json.WriteStartArray("docs");
        foreach (var document in documents)
        {
            var index = Json.Text(document?["_index"]) ?? "_index";
            var id = Json.Text(document?["_id"]) ?? "_id";
            using var output = new PooledBuffer();
            json.WriteStartObject();
            try
            {
                var source = JsonSerializer.SerializeToUtf8Bytes(document?["_source"] ?? new JsonObject(), Relaxed);
                pipeline.Run(source, index, id, output);
                json.WriteStartObject("doc");
                json.WriteString("_index", index);
                json.WriteString("_version", "-3");
                json.WriteString("_id", id);
                json.WritePropertyName("_source");
                json.WriteRawValue(output.WrittenSpan, skipInputValidation: true);
                json.WriteStartObject("_ingest");
                json.WriteString("timestamp", DateText.Format(time.GetUtcNow().ToUnixTimeMilliseconds()));
                json.WriteEndObject();
                json.WriteEndObject();
            }
            catch (ElasticErrorException exception)
            {
                json.WriteStartObject("error");
                json.WriteStartArray("root_cause");
                json.WriteStartObject();
                exception.Error.WriteMembers(json, withCause: false);
                json.WriteEndObject();
                json.WriteEndArray();
                exception.Error.WriteMembers(json);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
