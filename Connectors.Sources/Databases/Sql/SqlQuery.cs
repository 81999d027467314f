using System.Globalization;
using System.Text;

namespace Connectors.Sources.Databases.Sql;

/// <summary>The query for a page.</summary>
internal static class SqlQuery
{
    /// <summary>A query to select from. Its end is on a line of its own, because the query may end with a comment.</summary>
    public static string Inner(string query) => $"({query}\n)";

    /// <param name="columns">What to select.</param>
    /// <param name="from">The table, or a query in brackets, as <c>t</c>.</param>
    /// <param name="conditions">All of which hold.</param>
    /// <param name="order">What to sort by.</param>
    /// <param name="limit">How many rows.</param>
    public static string Of(
        IEnumerable<string> columns,
        string from,
        IReadOnlyCollection<string> conditions,
        IEnumerable<string> order,
        int limit
    ) =>
        new StringBuilder("SELECT ")
            .AppendJoin(", ", columns)
            .Append(CultureInfo.InvariantCulture, $" FROM {from} AS t")
            .Append(conditions.Count > 0 ? " WHERE " : string.Empty)
            .AppendJoin(" AND ", conditions)
            .Append(" ORDER BY ")
            .AppendJoin(", ", order)
            .Append(CultureInfo.InvariantCulture, $" LIMIT {limit}")
            .ToString();
}
