using System.Text.Json.Nodes;
using Connectors.Sources.Databases.Sql.Rules;

namespace Connectors.Sources.Databases.Sql.Tables;

/// <summary>Tables of a database with schemas: their ids and fields as the Python service makes them.</summary>
/// <param name="database">The database.</param>
/// <param name="schema">The schema.</param>
/// <param name="idOrder">The order in which ids name the columns of a table's key.</param>
internal sealed class SqlSchemaTables(string database, string schema, SqlIdOrder idOrder)
{
    /// <summary>A table.</summary>
    public SqlTable Of(string table, IList<SqlColumn> columns) => Of(table, columns, table, table, rule: null);

    /// <summary>A rule's query as a table.</summary>
    public SqlTable Of(SqlRule rule, IList<SqlColumn> columns) => Of(rule.Name, columns, rule.JoinedTables, rule.TablesAsJson, rule);

    private SqlTable Of(string name, IList<SqlColumn> columns, string joined, JsonNode table, SqlRule? rule) =>
        new(
            name,
            columns,
            idPrefix: $"{database}_{schema}_{joined}_",
            constants: [new("database", database), new("table", table), new("schema", schema)],
            fieldPrefix: $"{schema}_{joined}_",
            lowerCase: true,
            idOrder: idOrder,
            rule: rule
        );
}
