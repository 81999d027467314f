using System.Text.Json.Nodes;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Inference;

/// <summary>Inference endpoints: put, get, delete. Inference itself happens only while documents are written.</summary>
internal sealed class InferenceRoutes(InferenceStore endpoints) : IRoutes
{
    private const string Parameters = "timeout";

    public IEnumerable<Route> Routes =>
        [
            new("GET", "_inference", Parameters, exchange => Write(exchange, endpoints.All)),
            new("GET", "_inference/_all", Parameters, exchange => Write(exchange, endpoints.All)),
            new("GET", "_inference/{id}", Parameters, exchange => Get(exchange, exchange.Segments[1])),
            new("GET", "_inference/{task}/{id}", Parameters, exchange => Get(exchange, exchange.Segments[2])),
            new("PUT", "_inference/{task}/{id}", Parameters, Put),
            new("DELETE", "_inference/{id}", "dry_run,force", exchange => Delete(exchange, exchange.Segments[1])),
            new("DELETE", "_inference/{task}/{id}", "dry_run,force", exchange => Delete(exchange, exchange.Segments[2])),
        ];

    internal static ElasticError Missing(string id) => new(404, "resource_not_found_exception", $"Inference endpoint not found [{id}]");

    private void Get(Exchange exchange, string id) => Write(exchange, [endpoints.Find(id) ?? throw Missing(id).Thrown()]);

    private void Put(Exchange exchange)
    {
        var (task, id) = (exchange.Segments[1], exchange.Segments[2]);
        var definition = exchange.BodyObject();
        if (Json.Text(definition["service"]) is null)
        {
            throw new ElasticError(400, "status_exception", "[service_settings] does not contain the required setting [service]").Thrown();
        }

        endpoints.Put(id, task, definition).WriteTo(exchange.Json);
    }

    private void Delete(Exchange exchange, string id)
    {
        if (!endpoints.Delete(id))
        {
            throw Missing(id).Thrown();
        }

        exchange.Acknowledge();
    }

    private static void Write(Exchange exchange, IEnumerable<JsonObject> found)
    {
        exchange.Json.WriteStartObject();
        exchange.Json.WriteStartArray("endpoints");
        foreach (var endpoint in found)
        {
            endpoint.WriteTo(exchange.Json);
        }

        exchange.Json.WriteEndArray();
        exchange.Json.WriteEndObject();
    }
}
