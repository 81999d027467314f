using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Indices;

/// <summary>Aliases: other names of indices.</summary>
internal sealed class AliasRoutes(Cluster cluster) : IRoutes
{
    private const string Lookup = "ignore_unavailable,allow_no_indices,expand_wildcards,local,master_timeout,timeout";

    public IEnumerable<Route> Routes =>
        [
            new("POST", "_aliases", Lookup, Change),
            new("GET,HEAD", "_alias", Lookup, exchange => Get(exchange, null, "*")),
            new("GET,HEAD", "_alias/{name}", Lookup, exchange => Get(exchange, null, exchange.Segments[1])),
            new("GET,HEAD", "{index}/_alias", Lookup, exchange => Get(exchange, exchange.Segments[0], "*")),
            new("GET,HEAD", "{index}/_alias/{name}", Lookup, exchange => Get(exchange, exchange.Segments[0], exchange.Segments[2])),
            new("PUT,POST", "{index}/_alias/{name}", Lookup, Put),
            new("DELETE", "{index}/_alias/{name}", Lookup, Delete),
        ];

    public static void WriteAliases(Utf8JsonWriter json, Cluster cluster, string index, Func<string, bool> isWanted)
    {
        json.WriteStartObject();
        foreach (var alias in cluster.AliasesOf(index).Where(isWanted))
        {
            json.WriteStartObject(alias);
            if (
                cluster.Aliases.TryGetValue(alias, out var targets)
                && targets.Indices.TryGetValue(index, out var isWrite)
                && isWrite is { } write
            )
            {
                json.WriteBoolean("is_write_index", write);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void Change(Exchange exchange)
    {
        foreach (
            var action in exchange.BodyObject()["actions"] as JsonArray
                ?? throw ElasticErrors.IllegalArgument("No action specified").Thrown()
        )
        {
            var (verb, spec) = Json.Object(action, "actions").Single();
            foreach (var index in Names(spec, "index", "indices").SelectMany(name => cluster.Resolve(name, withHidden: true)))
            {
                if (verb == "remove_index")
                {
                    cluster.Delete([index]);
                    continue;
                }

                foreach (var alias in Names(spec, "alias", "aliases"))
                {
                    switch (verb)
                    {
                        case "add" when spec!["filter"] is not null || spec["routing"] is not null:
                            throw ElasticErrors.Unsupported("aliases with filter or routing").Thrown();
                        case "add":
                            cluster.SetAlias(alias, index.Name, spec["is_write_index"] is { } write ? Json.Flag(write) : null);
                            break;
                        case "remove":
                            if (!cluster.RemoveAlias(alias, index.Name) && Json.Flag(spec!["must_exist"], otherwise: true))
                            {
                                throw new ElasticError(404, "aliases_not_found_exception", $"aliases [{alias}] missing").Thrown();
                            }

                            break;
                        default:
                            throw ElasticErrors.IllegalArgument($"[alias_action] unknown field [{verb}]").Thrown();
                    }
                }
            }
        }

        exchange.Json.WriteStartObject();
        exchange.Json.WriteBoolean("acknowledged", true);
        exchange.Json.WriteBoolean("errors", false);
        exchange.Json.WriteEndObject();
    }

    private void Get(Exchange exchange, string? indices, string names)
    {
        var patterns = names.Split(',');
        var found = cluster
            .Resolve(indices ?? "*", exchange.Flag("ignore_unavailable"), withHidden: true)
            .Where(index => names == "*" || cluster.AliasesOf(index.Name).Any(IsWanted))
            .ToList();
        var json = exchange.Json;
        var missing = patterns.Where(pattern => !pattern.Contains('*', StringComparison.Ordinal) && !cluster.IsAlias(pattern)).ToList();
        if (missing.Count > 0)
        {
            exchange.Status = 404;
            json.WriteStartObject();
            json.WriteString("error", $"alias{(missing.Count > 1 ? "es" : "")} [{string.Join(",", missing)}] missing");
            json.WriteNumber("status", 404);
            json.WriteEndObject();
            return;
        }

        json.WriteStartObject();
        foreach (var index in found)
        {
            json.WriteStartObject(index.Name);
            json.WritePropertyName("aliases");
            WriteAliases(json, cluster, index.Name, IsWanted);
            json.WriteEndObject();
        }

        json.WriteEndObject();

        bool IsWanted(string alias) => Array.Exists(patterns, pattern => Wildcard.Matches(pattern, alias));
    }

    private void Put(Exchange exchange)
    {
        var body = exchange.BodyObject();
        foreach (var index in cluster.Resolve(exchange.Segments[0], withHidden: true))
        {
            cluster.SetAlias(exchange.Segments[2], index.Name, body["is_write_index"] is { } write ? Json.Flag(write) : null);
        }

        exchange.Acknowledge();
    }

    private void Delete(Exchange exchange)
    {
        foreach (var index in cluster.Resolve(exchange.Segments[0], withHidden: true))
        {
            if (!cluster.RemoveAlias(exchange.Segments[2], index.Name))
            {
                throw new ElasticError(404, "aliases_not_found_exception", $"aliases [{exchange.Segments[2]}] missing").Thrown();
            }
        }

        exchange.Acknowledge();
    }

    private static IEnumerable<string> Names(JsonNode? spec, string item, string many) =>
        spec?[item] is { } single
            ? [Json.Text(single) ?? ""]
            : (spec?[many] as JsonArray)?.Select(name => Json.Text(name) ?? "")
                ?? throw ElasticErrors.Validation($"[{item}] is missing").Thrown();
}
