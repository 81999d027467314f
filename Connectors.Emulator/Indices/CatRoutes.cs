using System.Globalization;
using System.Text;
using System.Text.Json;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Indices;

/// <summary><c>_cat/indices</c>: the indices as a table for people, or as JSON.</summary>
internal sealed class CatRoutes(Cluster cluster) : IRoutes
{
    private const string Parameters = "h,s,bytes,time,v,expand_wildcards,health,pri,include_unloaded_segments";

    public IEnumerable<Route> Routes =>
        [new("GET", "_cat/indices", Parameters, Indices), new("GET", "_cat/indices/{index}", Parameters, Indices)];

    private void Indices(Exchange exchange)
    {
        var isHiddenWanted =
            exchange["expand_wildcards"] is { } wanted
            && (wanted.Contains("all", StringComparison.Ordinal) || wanted.Contains("hidden", StringComparison.Ordinal));
        var columns = exchange["h"]?.Split(',');
        var rows = cluster
            .Resolve(exchange.Segments.Length > 2 ? exchange.Segments[2] : "*", withHidden: isHiddenWanted)
            .Select(index => Row(index, exchange["bytes"] is null))
            .Select(row => columns is null ? row : [.. row.Where(cell => columns.Contains(cell.Name))])
            .ToList();
        switch (exchange["format"] ?? (exchange.WantsJson ? "json" : "text"))
        {
            case "json":
                WriteJson(exchange.Json, rows);
                break;
            case "text":
                exchange.Text(Table(rows, exchange.Flag("v")));
                break;
            default:
                throw ElasticErrors.Unsupported($"_cat as {exchange["format"]}; it is text or json").Thrown();
        }
    }

    private static (string Name, string Value)[] Row(EmulatedIndex index, bool hasUnit)
    {
        var size = index.Documents.SourceBytes.ToString(CultureInfo.InvariantCulture) + (hasUnit ? "b" : "");
        return
        [
            ("health", index.Settings.Replicas > 0 ? "yellow" : "green"),
            ("status", "open"),
            ("index", index.Name),
            ("uuid", index.Uuid),
            ("pri", index.Settings.Shards.ToString(CultureInfo.InvariantCulture)),
            ("rep", index.Settings.Replicas.ToString(CultureInfo.InvariantCulture)),
            ("docs.count", index.Documents.Count.ToString(CultureInfo.InvariantCulture)),
            ("docs.deleted", "0"),
            ("store.size", size),
            ("pri.store.size", size),
            ("dataset.size", size),
        ];
    }

    private static void WriteJson(Utf8JsonWriter json, List<(string Name, string Value)[]> rows)
    {
        json.WriteStartArray();
        foreach (var row in rows)
        {
            json.WriteStartObject();
            foreach (var (name, value) in row)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Columns as wide as their longest value; numbers to the right.</summary>
    private static string Table(List<(string Name, string Value)[]> rows, bool hasTitles)
    {
        if (rows.Count == 0)
        {
            return string.Empty;
        }

        var lines = rows.Select(row => row.Select(cell => cell.Value).ToArray()).ToList();
        var names = rows[0].Select(cell => cell.Name).ToArray();
        if (hasTitles)
        {
            lines.Insert(0, names);
        }

        var widths = names.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            var cells = line.Select(
                (value, column) =>
                    names[column] is "health" or "status" or "index" or "uuid"
                        ? value.PadRight(widths[column])
                        : value.PadLeft(widths[column])
            );
            text.Append(string.Join(' ', cells).TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
