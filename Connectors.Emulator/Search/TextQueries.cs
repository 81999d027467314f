using System.Buffers;
using System.Text.Json.Nodes;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Search;

/// <summary>Reads the queries that look for words.</summary>
internal static class TextQueries
{
    private static readonly SearchValues<char> Operators = SearchValues.Create("\"*?~^:()[]{}+|\\/");

    /// <summary>A <c>multi_match</c>.</summary>
    public static WordQuery MultiMatch(JsonObject spec) =>
        Query(Names(spec["fields"]), Json.Text(spec["query"]), Json.Text(spec["operator"]), spec, "query", "fields", "operator", "type");

    /// <summary>A <c>match</c> or <c>match_phrase</c>.</summary>
    public static WordQuery Match(JsonObject spec, bool isPhrase)
    {
        var (field, value) = QueryParser.Single(spec, isPhrase ? "match_phrase" : "match");
        return value is JsonObject options
            ? Query([field], Json.Text(options["query"]), Json.Text(options["operator"]), options, "query", "operator") is var query
            && isPhrase
                ? new WordQuery([field], Words.Of(Json.Text(options["query"])!), true, true)
                : Query([field], Json.Text(options["query"]), Json.Text(options["operator"]), options, "query", "operator")
            : new WordQuery([field], Words.Of(Json.Text(value) ?? ""), isPhrase, isPhrase);
    }

    /// <summary>A <c>query_string</c> or <c>simple_query_string</c>, of plain words.</summary>
    public static WordQuery QueryString(string kind, JsonObject spec)
    {
        var text = Json.Text(spec["query"])
            ?? throw new ElasticError(400, "parsing_exception", $"[{kind}] must be provided with a [query]").Thrown();
        if (text.AsSpan().IndexOfAny(Operators) >= 0)
        {
            throw ElasticErrors.Unsupported($"operators in a {kind}; it takes plain words").Thrown();
        }

        var fields = spec["fields"] is { } named
            ? Names(named)
            : [Json.Text(spec["default_field"]) ?? throw ElasticErrors.Unsupported($"a {kind} without fields").Thrown()];
        return Query(fields, text, Json.Text(spec["default_operator"]), spec, "query", "fields", "default_field", "default_operator");
    }

    private static WordQuery Query(string[] fields, string? text, string? wordOperator, JsonObject spec, params string[] known)
    {
        if (spec.FirstOrDefault(member => !known.Contains(member.Key)).Key is { } unknown)
        {
            throw ElasticErrors.Unsupported($"the parameter [{unknown}] of a text query").Thrown();
        }

        return new WordQuery(
            fields,
            Words.Of(text ?? throw ElasticErrors.IllegalArgument("No text specified for text query").Thrown()),
            string.Equals(wordOperator, "and", StringComparison.OrdinalIgnoreCase),
            false
        );
    }

    private static string[] Names(JsonNode? fields) =>
        [
            .. (fields as JsonArray ?? throw ElasticErrors.Unsupported("a text query without fields").Thrown()).Select(field =>
                (Json.Text(field) ?? "").Split('^')[0]
            ),
        ];
}
