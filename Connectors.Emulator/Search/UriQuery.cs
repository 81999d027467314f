using System.Buffers;
using System.Text.RegularExpressions;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Search;

/// <summary>
/// Reads <c>?q=</c> of a search: words, <c>"phrases"</c>, <c>field:word</c>, <c>field:*</c> and <c>begin*</c>, with <c>AND</c> or
/// <c>OR</c> between all of them and <c>+</c>, <c>-</c> or <c>NOT</c> before one. The rest of Lucene's syntax is refused.
/// </summary>
internal static partial class UriQuery
{
    private static readonly SearchValues<char> Operators = SearchValues.Create("\"*?~^:()[]{}|\\/<>");

    /// <summary>The query of a request that has <c>q</c>.</summary>
    /// <exception cref="ElasticErrorException">400: more than the emulator knows.</exception>
    public static Query Parse(Exchange exchange, string text)
    {
        var isAnd = string.Equals(exchange["default_operator"], "and", StringComparison.OrdinalIgnoreCase);
        var tokens = Tokens().Matches(text);
        var joins = tokens.Select(token => token.Value).Where(token => token is "AND" or "OR").Distinct(StringComparer.Ordinal).ToList();
        if (joins.Count > 1)
        {
            throw ElasticErrors.Unsupported("AND and OR in one q").Thrown();
        }

        isAnd = joins is [var join] ? join == "AND" : isAnd;
        var (must, should, mustNot) = (new List<Query>(), new List<Query>(), new List<Query>());
        var isNegated = false;
        foreach (Match token in tokens)
        {
            if (token.Value is "AND" or "OR")
            {
                continue;
            }

            if (token.Value == "NOT")
            {
                isNegated = true;
                continue;
            }

            var sign = token.Groups["sign"].Value;
            var list =
                isNegated || sign == "-" ? mustNot
                : isAnd || sign == "+" ? must
                : should;
            list.Add(Term(token, exchange["df"]));
            isNegated = false;
        }

        // What only excludes is asked of all documents.
        return must.Count + should.Count == 0 && mustNot.Count > 0
            ? new BoolQuery([MatchAll.Instance], [], [], mustNot, 0)
            : new BoolQuery(must, [], should, mustNot, must.Count == 0 ? 1 : 0);
    }

    private static Query Term(Match token, string? defaultField)
    {
        var field = token.Groups["field"] is { Success: true } named ? named.Value : defaultField;
        if (token.Groups["phrase"] is { Success: true } phrase)
        {
            return new FieldTextQuery(field, phrase.Value, isPrefix: false);
        }

        var word = token.Groups["word"].Value;
        if (word == "*")
        {
            return field is null or "*" ? MatchAll.Instance : QueryParser.Exists(field);
        }

        var isPrefix = word.EndsWith('*');
        var plain = isPrefix ? word[..^1] : word;
        return plain.AsSpan().IndexOfAny(Operators) < 0
            ? new FieldTextQuery(field, plain, isPrefix)
            : throw ElasticErrors
                .Unsupported($"'{word}' in q; it takes words, begin*, \"phrases\", field:word, AND or OR, and + or - before a word")
                .Thrown();
    }

    [GeneratedRegex(
        """(?<sign>[+-])?(?:(?<field>[\w.@-]+|\*):)?(?:"(?<phrase>[^"]*)"|(?<word>[^\s"]+|"))""",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Tokens();
}
