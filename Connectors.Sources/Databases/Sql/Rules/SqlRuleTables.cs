using System.Data.Common;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql.Rules;

/// <summary>Makes the queries of rules tables that can be read page by page, in the order of the columns that tell their rows
/// apart.</summary>
internal sealed class SqlRuleTables(ISqlDialect dialect)
{
    /// <summary>A partition for each rule.</summary>
    /// <exception cref="ConnectorException">A rule can't be read.</exception>
    public async Task<IReadOnlyList<SourcePartition>> PlanAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        var partitions = new List<SourcePartition>();
        await EachAsync(
            transaction,
            async (rule, table) =>
            {
                await RequireKeysAsync(transaction, rule, table, cancellationToken);
                var clashes = SqlRowId.Clashes(rule.JoinedTables, dialect.Rules.Select(other => other.JoinedTables));
                partitions.Add(
                    new SqlBounds(
                        rule.Name,
                        table.KeyShape,
                        Clashes: clashes.Length > 0 ? clashes : null,
                        Rule: rule.Number
                    ).ToPartition(rule.Name)
                );
            },
            cancellationToken
        );
        return partitions;
    }

    /// <summary>Asks the server whether it understands the rules; no query is run.</summary>
    /// <exception cref="ConnectorException">A rule can't be read.</exception>
    public Task CheckAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        EachAsync(transaction, (_, _) => Task.CompletedTask, cancellationToken);

    /// <summary>What a rule's query gives.</summary>
    /// <exception cref="ConnectorException">There is no such rule any more; or a table is missing, or the columns that tell rows
    /// apart.</exception>
    public Task<SqlTable> DescribeAsync(DbTransaction transaction, int number, CancellationToken cancellationToken) =>
        number <= dialect.Rules.Count
            ? DescribeAsync(transaction, dialect.Rules[number - 1], cancellationToken)
            : throw new ConnectorException($"{dialect.DisplayName}: the rules were changed while they were read. Start a new sync.");

    /// <summary>The exception to throw where the server does not take a rule's query.</summary>
    /// <param name="rule">The rule as messages name it.</param>
    /// <param name="reason">What the server has against it.</param>
    public ConnectorException Refused(string rule, string reason) =>
        Wrong(rule, $"the server refuses the query: {Sentences.Inner(reason)}. Correct the rule, or the user's rights.");

    /// <summary>The exception to throw for a row without a value in a column that tells rows apart: it would be left out.</summary>
    public ConnectorException WithoutKey(SqlTable table) =>
        Wrong(
            table.Name,
            $"a row has no value in a column that tells rows apart ({string.Join(", ", table.Key.Select(column => column.Name))}). Leave "
                + "such rows out with WHERE, give them a value with COALESCE, or name other columns in id_columns."
        );

    private async Task EachAsync(DbTransaction transaction, Func<SqlRule, SqlTable, Task> work, CancellationToken cancellationToken)
    {
        foreach (var rule in dialect.Rules)
        {
            try
            {
                await work(rule, await DescribeAsync(transaction, rule, cancellationToken));
            }
            catch (DbException failure) when (dialect.WhyRefused(failure) is { } reason)
            {
                throw Refused(rule.Name, reason);
            }
        }
    }

    private async Task<SqlTable> DescribeAsync(DbTransaction transaction, SqlRule rule, CancellationToken cancellationToken)
    {
        var keys = await KeysAsync(transaction, rule, cancellationToken);
        rule = rule.IdColumns.Count > 0 ? rule : rule with { IdColumns = keys };
        if (rule.IdColumns.Count == 0)
        {
            throw Wrong(rule.Name, "none of its tables has a primary key. Name the columns that tell its rows apart in id_columns.");
        }

        var distinct = rule.IdColumns.Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var columns = await dialect.DescribeQueryAsync(transaction, rule.Query, PlaceOf, cancellationToken);
        if (columns.GroupBy(column => column.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw Wrong(rule.Name, $"the query gives two columns the name '{twice.Key}'. Name them with AS.");
        }

        if (distinct.Find(id => columns.All(column => !Same(column.Name, id))) is { } missing)
        {
            throw Wrong(
                rule.Name,
                $"the query gives no column '{missing}', which tells its rows apart. Select it, or name others in id_columns."
            );
        }

        return dialect.TableOf(rule, columns);

        int PlaceOf(string column) => distinct.FindIndex(id => Same(column, id)) + 1;
    }

    private static bool Same(string column, string id) => string.Equals(column, id, StringComparison.OrdinalIgnoreCase);

    /// <summary>The columns of the tables' primary keys, as ids name them.</summary>
    private async Task<IReadOnlyList<string>> KeysAsync(DbTransaction transaction, SqlRule rule, CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        foreach (var name in rule.Tables)
        {
            var table = await dialect.DescribeAsync(transaction, name, cancellationToken)
                ?? throw Wrong(
                    rule.Name,
                    $"there is no table '{name}' that the user can see. Correct the rule (names are written as the database keeps them, in "
                        + "upper or lower case), or grant SELECT on it."
                );
            keys.AddRange(table.Key.Select(column => column.Name));
        }

        return dialect.RuleIdOrder == SqlIdOrder.Names ? [.. keys.Order(StringComparer.Ordinal)] : keys;
    }

    /// <exception cref="ConnectorException">A row has no value in a column that tells rows apart, so it would be left out.</exception>
    private async Task RequireKeysAsync(DbTransaction transaction, SqlRule rule, SqlTable table, CancellationToken cancellationToken)
    {
        await using var command = dialect.ReadCommand(
            transaction,
            new SqlPart(table, new SqlBounds(rule.Name)) { IsWithoutKey = true },
            after: null,
            limit: 1
        );
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        if (await rows.ReadAsync(cancellationToken))
        {
            throw WithoutKey(table);
        }
    }

    private ConnectorException Wrong(string rule, string what) => new($"{dialect.DisplayName}: {rule}: {what}");
}
