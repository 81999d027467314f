using Connectors.Emulator.Http;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Indices;

/// <summary>Indices: create, show, delete, mapping, settings, refresh, list.</summary>
internal sealed class IndexRoutes(Cluster cluster) : IRoutes
{
    private const string Lookup =
        "ignore_unavailable,allow_no_indices,expand_wildcards,local,master_timeout,timeout,flat_settings,include_defaults,features";

    public IEnumerable<Route> Routes =>
        [
            new("PUT", "{index}", "wait_for_active_shards,master_timeout,timeout", Create),
            new("GET", "{index}", Lookup, Get),
            new("HEAD", "{index}", Lookup, Exists),
            new("DELETE", "{index}", Lookup, Delete),
            new("GET", "{index}/_mapping", Lookup, GetMapping),
            new("GET", "_mapping", Lookup, GetMapping),
            new("PUT,POST", "{index}/_mapping", Lookup + ",write_index_only", PutMapping),
            new("GET", "{index}/_settings", Lookup, GetSettings),
            new("PUT", "{index}/_settings", Lookup + ",preserve_existing", PutSettings),
            new("GET,POST", "{index}/_refresh", Lookup, Refresh),
            new("GET,POST", "_refresh", Lookup, Refresh),
            new("GET,POST", "{index}/_flush", Lookup + ",force,wait_if_ongoing", Refresh),
            new("GET", "_stats/indexing", Lookup, IndexingStats),
            new("GET", "{index}/_stats/indexing", Lookup, IndexingStats),
        ];

    private List<EmulatedIndex> Named(Exchange exchange) =>
        exchange.Segments is [] || exchange.Segments[0] is "_mapping" or "_refresh" or "_stats"
            ? cluster.Resolve("*", withHidden: true)
            : cluster.Resolve(exchange.Segments[0], exchange.Flag("ignore_unavailable"), IsHiddenWanted(exchange));

    private static bool IsHiddenWanted(Exchange exchange) =>
        exchange["expand_wildcards"] is { } wanted
        && (wanted.Contains("all", StringComparison.Ordinal) || wanted.Contains("hidden", StringComparison.Ordinal));

    private void Create(Exchange exchange)
    {
        var body = exchange.BodyObject();
        if (body.FirstOrDefault(member => member.Key is not ("settings" or "mappings" or "aliases")).Key is { } unknown)
        {
            throw new ElasticError(400, "parse_exception", $"unknown key [{unknown}] for create index").Thrown();
        }

        var index = cluster.Create(exchange.Segments[0], body["settings"], body["mappings"], body["aliases"]);
        var json = exchange.Json;
        json.WriteStartObject();
        json.WriteBoolean("acknowledged", true);
        json.WriteBoolean("shards_acknowledged", true);
        json.WriteString("index", index.Name);
        json.WriteEndObject();
    }

    private void Exists(Exchange exchange)
    {
        var name = exchange.Segments[0];
        exchange.Status = cluster.Resolve(name, ignoreUnavailable: true, withHidden: true).Count > 0 ? 200 : 404;
    }

    private void Get(Exchange exchange)
    {
        var json = exchange.Json;
        json.WriteStartObject();
        foreach (var index in Named(exchange))
        {
            json.WriteStartObject(index.Name);
            json.WritePropertyName("aliases");
            AliasRoutes.WriteAliases(json, cluster, index.Name, _ => true);
            json.WritePropertyName("mappings");
            MappingWriter.Write(json, index.Mapping);
            json.WritePropertyName("settings");
            index.Settings.Write(json, exchange.Flag("flat_settings"));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void Delete(Exchange exchange)
    {
        var name = exchange.Segments[0];
        if (cluster.IsAlias(name))
        {
            throw ElasticErrors
                .IllegalArgument($"The provided expression [{name}] matches an alias, specify the corresponding concrete indices instead.")
                .Thrown();
        }

        if (name == "_all" || name.Contains('*', StringComparison.Ordinal))
        {
            throw ElasticErrors.IllegalArgument("Wildcard expressions or all indices are not allowed").Thrown();
        }

        cluster.Delete(Named(exchange));
        exchange.Acknowledge();
    }

    private void GetMapping(Exchange exchange)
    {
        var json = exchange.Json;
        json.WriteStartObject();
        foreach (var index in Named(exchange))
        {
            json.WriteStartObject(index.Name);
            json.WritePropertyName("mappings");
            MappingWriter.Write(json, index.Mapping);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void PutMapping(Exchange exchange)
    {
        var body = exchange.BodyObject();
        foreach (var index in Named(exchange))
        {
            index.Mapping.Merge(body);
        }

        cluster.Changed();
        exchange.Acknowledge();
    }

    private void GetSettings(Exchange exchange)
    {
        var json = exchange.Json;
        json.WriteStartObject();
        foreach (var index in Named(exchange))
        {
            json.WriteStartObject(index.Name);
            json.WritePropertyName("settings");
            index.Settings.Write(json, exchange.Flag("flat_settings"));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void IndexingStats(Exchange exchange)
    {
        var indices = Named(exchange);
        var json = exchange.Json;
        json.WriteStartObject();
        json.WriteStartObject("_all");
        Write(indices.Sum(index => index.Documents.LastSeqNo + 1));
        json.WriteEndObject();
        json.WriteStartObject("indices");
        foreach (var index in indices)
        {
            json.WriteStartObject(index.Name);
            json.WriteString("uuid", index.Uuid);
            Write(index.Documents.LastSeqNo + 1);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();

        void Write(long operations)
        {
            foreach (var part in (string[])["primaries", "total"])
            {
                json.WriteStartObject(part);
                json.WriteStartObject("indexing");
                json.WriteNumber("index_total", operations);
                json.WriteNumber("index_failed", 0);
                json.WriteEndObject();
                json.WriteEndObject();
            }
        }
    }

    private void PutSettings(Exchange exchange)
    {
        var body = exchange.BodyObject();
        foreach (var index in Named(exchange))
        {
            index.Settings.Merge(body["settings"] ?? body, isLive: true);
            index.ApplySettings();
        }

        cluster.Changed();
        exchange.Acknowledge();
    }

    private void Refresh(Exchange exchange)
    {
        var indices = Named(exchange);
        var json = exchange.Json;
        json.WriteStartObject();
        WriteShards(json, indices.Sum(index => index.Settings.Shards * index.Copies), indices.Sum(index => index.Settings.Shards));
        json.WriteEndObject();
    }

    private static void WriteShards(System.Text.Json.Utf8JsonWriter json, int total, int successful)
    {
        json.WriteStartObject("_shards");
        json.WriteNumber("total", total);
        json.WriteNumber("successful", successful);
        json.WriteNumber("failed", 0);
        json.WriteEndObject();
    }
}
