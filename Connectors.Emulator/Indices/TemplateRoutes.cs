using System.Text.Json.Nodes;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Indices;

/// <summary>Index templates: what new indices of certain names begin with.</summary>
internal sealed class TemplateRoutes(Cluster cluster) : IRoutes
{
    public IEnumerable<Route> Routes =>
        [
            new("PUT,POST", "_index_template/{name}", "create,cause,master_timeout", Put),
            new("GET", "_index_template/{name}", "flat_settings,local,master_timeout,include_defaults", Get),
            new("HEAD", "_index_template/{name}", "local,master_timeout", exchange =>
                exchange.Status = Named(exchange).Count > 0 ? 200 : 404
            ),
            new("DELETE", "_index_template/{name}", "timeout,master_timeout", Delete),
        ];

    private List<KeyValuePair<string, JsonObject>> Named(Exchange exchange) =>
        [
            .. cluster
                .Templates.Where(template => Wildcard.Matches(exchange.Segments[1], template.Key))
                .OrderBy(template => template.Key, StringComparer.Ordinal),
        ];

    private void Put(Exchange exchange)
    {
        var template = exchange.BodyObject();
        if (
            template
                .FirstOrDefault(member => member.Key is not ("index_patterns" or "template" or "priority" or "version" or "_meta"))
                .Key is
            { } unknown
        )
        {
            throw ElasticErrors.Unsupported($"[{unknown}] in an index template").Thrown();
        }

        if (template["index_patterns"] is JsonValue pattern)
        {
            template["index_patterns"] = new JsonArray(pattern.DeepClone());
        }

        // A template is read when it is used; reading it once now finds its faults.
        new IndexSettings().Merge(template["template"]?["settings"]);
        cluster.Templates[exchange.Segments[1]] = template;
        cluster.Changed();
        exchange.Acknowledge();
    }

    private void Get(Exchange exchange)
    {
        var found = Named(exchange);
        if (found.Count == 0 && !exchange.Segments[1].Contains('*', StringComparison.Ordinal))
        {
            throw Missing(exchange.Segments[1]).Thrown();
        }

        var json = exchange.Json;
        json.WriteStartObject();
        json.WriteStartArray("index_templates");
        foreach (var (name, template) in found)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WritePropertyName("index_template");
            template.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Delete(Exchange exchange)
    {
        if (!cluster.Templates.TryRemove(exchange.Segments[1], out _))
        {
            throw Missing(exchange.Segments[1]).Thrown();
        }

        cluster.Changed();
        exchange.Acknowledge();
    }

    private static ElasticError Missing(string name) =>
        new(404, "resource_not_found_exception", $"index template matching [{name}] not found");
}
