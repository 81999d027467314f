using System.Text.Json.Nodes;

namespace Connectors.Tests.Emulator;

/// <summary>What an answer looks like, apart from values that are a server's own.</summary>
internal static class JsonShape
{
    private static readonly HashSet<string> Compared =
    [
        "type",
        "result",
        "status",
        "found",
        "errors",
        "count",
        "value",
        "relation",
        "deleted",
        "acknowledged",
        "succeeded",
        "num_freed",
        "_index",
        "_version",
        "_seq_no",
        "reason",
        "_primary_term",
        "forced_refresh",
        "total",
        "successful",
        "failed",
        "index",
        "shard",
        "resource.id",
        "resource.type",
        "line",
        "col",
        "dynamic",
        "is_write_index",
        "sort",
        "_source",
    ];

    /// <summary>Differences between two answers, as sentences; none when they look the same.</summary>
    public static IEnumerable<string> Differences(JsonNode? real, JsonNode? ours)
    {
        var (wanted, got) = (Of(real), Of(ours));
        return wanted
            .Except(got)
            .Select(line => "lacks " + line)
            .Concat(got.Except(wanted).Select(line => "adds " + line))
            .Order(StringComparer.Ordinal);
    }

    /// <summary>All paths with the kind of their values, and the values where they must be the same. Elements of an array count
    /// together.</summary>
    private static SortedSet<string> Of(JsonNode? node)
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        Collect(node, "", "", lines);
        return lines;
    }

    private static void Collect(JsonNode? node, string path, string name, SortedSet<string> lines)
    {
        switch (node)
        {
            case JsonObject members:
                lines.Add($"{path} {{}}");
                foreach (var (key, value) in members)
                {
                    Collect(value, $"{path}/{key}", key, lines);
                }

                break;
            case JsonArray items:
                lines.Add($"{path} []");
                foreach (var item in items)
                {
                    Collect(item, path + "[]", name, lines);
                }

                break;
            default:
                var kind = node?.GetValueKind() switch
                {
                    null => "null",
                    System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => "flag",
                    System.Text.Json.JsonValueKind.Number => "number",
                    _ => "text",
                };
                lines.Add(
                    Compared.Contains(name) && (name != "value" || kind == "number")
                        ? $"{path} = {node?.ToJsonString() ?? "null"}"
                        : $"{path} {kind}"
                );
                break;
        }
    }
}
