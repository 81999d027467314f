using System.Text.Json.Nodes;

namespace Connectors.Sources.Databases.Sql.Rules;

/// <summary>An advanced sync rule: a query whose rows become documents.</summary>
/// <param name="Number">Its place in the list, from 1.</param>
/// <param name="Tables">The tables that it reads. Their names begin the ids, and their primary keys tell the rows apart.</param>
/// <param name="Query">A SELECT statement without a semicolon.</param>
/// <param name="IdColumns">Columns of the query that tell its rows apart, in the order of the ids, in which one may come twice; empty for
/// those of the tables' primary keys.</param>
internal sealed record SqlRule(int Number, IReadOnlyList<string> Tables, string Query, IReadOnlyList<string> IdColumns)
{
    /// <summary>As messages and partitions name it.</summary>
    public string Name => $"rule {Number}";

    /// <summary>The names of the tables as documents have them.</summary>
    public JsonArray TablesAsJson => [.. Tables.Select(table => (JsonNode)table)];

    /// <summary>What stands in ids and names of fields for the tables.</summary>
    public string JoinedTables => string.Join('_', Tables.Order(StringComparer.Ordinal));
}
