using System.Text.Json.Nodes;
using Connectors.Emulator.Documents;
using Connectors.Emulator.Http;
using Connectors.Emulator.Mapping;
using Connectors.Emulator.Search.Hits;

namespace Connectors.Emulator.Search;

/// <summary>A field asked for beside the source.</summary>
internal sealed record AskedField(string Name, string? Format);

/// <summary>A search, read and checked as far as that goes without the index.</summary>
internal sealed class SearchRequest
{
    private static readonly HashSet<string> Known =
    [
        "query",
        "sort",
        "from",
        "size",
        "search_after",
        "_source",
        "docvalue_fields",
        "fields",
        "seq_no_primary_term",
        "version",
        "track_total_hits",
        "pit",
        "slice",
        "highlight",
        "timeout",
        "track_scores",
    ];

    private static readonly HashSet<string> NotHere =
    [
        "aggs",
        "aggregations",
        "collapse",
        "explain",
        "ext",
        "indices_boost",
        "knn",
        "min_score",
        "post_filter",
        "profile",
        "rank",
        "rescore",
        "retriever",
        "runtime_mappings",
        "script_fields",
        "stats",
        "stored_fields",
        "suggest",
        "terminate_after",
    ];

    public required Query Query { get; init; }

    public required List<SortSpec> Sorts { get; init; }

    public required int From { get; init; }

    public required int Size { get; init; }

    public required JsonArray? SearchAfter { get; init; }

    public required SourceFilter Source { get; init; }

    public required List<AskedField> DocValueFields { get; init; }

    public required List<AskedField> Fields { get; init; }

    public required bool WithSeqNo { get; init; }

    public required bool WithVersion { get; init; }

    /// <summary>Hits are counted up to here; null: not at all.</summary>
    public required int? TotalLimit { get; init; }

    public required (string Id, string? KeepAlive)? Pit { get; init; }

    public required (int Id, int Max)? Slice { get; init; }

    public required List<string> Highlights { get; init; }

    /// <exception cref="ElasticErrorException">400: not well formed, or beyond the emulator.</exception>
    public static SearchRequest Parse(Exchange exchange, DateTimeOffset now)
    {
        var body = exchange.BodyObject();
        foreach (var (key, value) in body)
        {
            if (!Known.Contains(key))
            {
                throw (
                    NotHere.Contains(key) ? ElasticErrors.Unsupported($"[{key}] in a search") : UnknownKey(exchange, key, value)
                ).Thrown();
            }
        }

        var pit = body["pit"] is JsonObject point
            ? (
                Json.Text(point["id"]) ?? throw ElasticErrors.Validation("[id] is missing in [pit]").Thrown(),
                Json.Text(point["keep_alive"])
            )
            : ((string, string?)?)null;
        var sorts =
            body["sort"] is { } sort ? SortSpec.ParseAll(sort)
            : exchange["sort"] is { } text ? SortSpec.ParseText(text)
            : [];
        if (pit is not null && sorts.Count > 0 && !sorts.Exists(spec => spec.By == SortBy.Order))
        {
            sorts.Add(SortSpec.ByOrder);
        }

        var size = exchange.Number("size") ?? (body["size"] is { } given ? Json.Whole(given) : 10);
        var from = exchange.Number("from") ?? (body["from"] is { } start ? Json.Whole(start) : 0);
        if (size < 0 || from < 0)
        {
            throw ElasticErrors
                .IllegalArgument(
                    size < 0
                        ? $"[size] parameter cannot be negative, found [{size}]"
                        : $"[from] parameter cannot be negative but was [{from}]"
                )
                .Thrown();
        }

        var after = body["search_after"] as JsonArray;
        if (after is not null && after.Count != sorts.Count && !(after.Count == sorts.Count - 1 && pit is not null))
        {
            throw ElasticErrors.IllegalArgument($"search_after has {after.Count} value(s) but sort has {sorts.Count}.").Thrown();
        }

        return new SearchRequest
        {
            Query = exchange["q"] is { } words ? UriQuery.Parse(exchange, words) : new QueryParser(now, exchange.Body).Parse(body["query"]),
            Sorts = sorts,
            From = (int)from,
            Size = (int)size,
            SearchAfter = after,
            Source = body["_source"] is { } source ? SourceFilter.From(source) : SourceFilter.From(exchange),
            DocValueFields = Asked(body["docvalue_fields"]),
            Fields = Asked(body["fields"]),
            WithSeqNo = Json.Flag(body["seq_no_primary_term"]) || exchange.Flag("seq_no_primary_term"),
            WithVersion = Json.Flag(body["version"]) || exchange.Flag("version"),
            TotalLimit = (Json.Text(body["track_total_hits"]) ?? exchange["track_total_hits"]) switch
            {
                null => 10_000,
                "true" or "" => int.MaxValue,
                "false" => null,
                var limit => Json.Whole(JsonValue.Create(limit)),
            },
            Pit = pit,
            Slice = ParseSlice(body["slice"]),
            Highlights = (body["highlight"]?["fields"] as JsonObject)?.Select(field => field.Key).ToList() ?? [],
        };
    }

    private static (int Id, int Max)? ParseSlice(JsonNode? node)
    {
        if (node is not JsonObject slice)
        {
            return null;
        }

        var (id, max) = (Json.Whole(slice["id"]), Json.Whole(slice["max"]));
        return max > 1 && id >= 0 && id < max
            ? (id, max)
            : throw ElasticErrors.IllegalArgument(max <= 1 ? "max must be greater than 1" : "max must be greater than id").Thrown();
    }

    private static List<AskedField> Asked(JsonNode? node)
    {
        var asked = (node as JsonArray)
            ?.Select(field =>
                field is JsonObject spec
                    ? new AskedField(Json.Text(spec["field"]) ?? "", Json.Text(spec["format"]))
                    : new AskedField(Json.Text(field) ?? "", null)
            )
            .ToList()
            ?? [];
        return asked.Find(field => field.Format is not null && !DateText.Knows(field.Format)) is { } odd
            ? throw ElasticErrors.Unsupported($"the format [{odd.Format}]").Thrown()
            : asked;
    }

    private static ElasticError UnknownKey(Exchange exchange, string key, JsonNode? value)
    {
        var token = value switch
        {
            JsonObject => "START_OBJECT",
            JsonArray => "START_ARRAY",
            null => "VALUE_NULL",
            _ => "VALUE_STRING",
        };
        var (line, column) = JsonLocation.OfValue(exchange.Body.Span, key);
        return new ElasticError(400, "parsing_exception", $"Unknown key for a {token} in [{key}].")
        {
            Details = [("line", line), ("col", column)],
        };
    }
}
