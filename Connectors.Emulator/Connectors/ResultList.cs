using System.Text.Json.Nodes;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Connectors;

/// <summary>A page of documents, as <c>{count, results}</c>; the count is that of all pages.</summary>
internal static class ResultList
{
    private const int MaxWindow = 10_000;

    /// <exception cref="ElasticErrorException">400: more than 10,000 asked for.</exception>
    public static void Write(Exchange exchange, IEnumerable<(string Id, JsonObject Source)> found, int defaultSize, string index)
    {
        var from = (int)(exchange.Number("from") ?? 0);
        var size = (int)(exchange.Number("size") ?? defaultSize);
        if ((long)from + size > MaxWindow)
        {
            var error = ElasticErrors.IllegalArgument(
                $"Result window is too large, from + size must be less than or equal to: [{MaxWindow}] but was [{(long)from + size}]. "
                    + "See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the "
                    + "[index.max_result_window] index level setting."
            );
            throw (error with { FailedShardOf = index }).Thrown();
        }

        var all = found.ToList();
        var json = exchange.Json;
        json.WriteStartObject();
        json.WriteNumber("count", all.Count);
        json.WriteStartArray("results");
        foreach (var (id, source) in all.Skip(from).Take(size))
        {
            ConnectorRoutes.WithId(id, source).WriteTo(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
