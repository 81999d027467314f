using System.Text.RegularExpressions;

namespace Connectors.Tests.Sources.Rest.Salesforce;

/// <summary>A query of which order of columns, letter case and white space mean nothing, so that equal ones are equal.</summary>
internal static partial class SoqlKey
{
    public static string Of(string query) => Sort(Space().Replace(query, " ").Trim().ToLowerInvariant());

    private static string Sort(string query)
    {
        query = Comma().Replace(Inside().Replace(query, "${open}${close}"), ",").Trim();
        if (!query.StartsWith("select ", StringComparison.Ordinal))
        {
            return query;
        }

        var (columns, depth, begin) = (new List<string>(), 0, 7);
        for (var index = 7; index < query.Length; index++)
        {
            depth +=
                query[index] == '(' ? 1
                : query[index] == ')' ? -1
                : 0;
            var isEnd = depth == 0 && string.CompareOrdinal(query, index, " from ", 0, 6) == 0;
            if (isEnd || (depth == 0 && query[index] == ','))
            {
                columns.Add(query[begin..index].Trim());
                begin = index + 1;
            }

            if (isEnd)
            {
                return $"select {string.Join(',', columns.Select(Column).Order(StringComparer.Ordinal))}{query[index..]}";
            }
        }

        return query;
    }

    private static string Column(string column) => column.StartsWith('(') ? $"({Sort(column[1..^1])})" : column;

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Space();

    [GeneratedRegex(@"\s*,\s*", RegexOptions.None, 1000)]
    private static partial Regex Comma();

    [GeneratedRegex(@"(?<open>\()\s+|\s+(?<close>\))", RegexOptions.None, 1000)]
    private static partial Regex Inside();
}
