using System.Data;
using System.Data.Common;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Rules;
using Connectors.Sources.Databases.Sql.Tables;
using Microsoft.Data.SqlClient;

namespace Connectors.Sources.Databases.Sql.MsSql;

/// <summary>SQL Server 2016 and later, Azure SQL.</summary>
internal sealed class MsSqlDialect(MsSqlConfiguration configuration, SourceContext context, IReadOnlyList<SqlRule> rules) : ISqlDialect
{
    /// <summary>Where a deadlock has to end somebody, it is the reader.</summary>
    public const string Session = "SET DEADLOCK_PRIORITY LOW; SET TRANSACTION ISOLATION LEVEL READ COMMITTED";

    public const string ClockQuery = "SELECT SYSUTCDATETIME()";

    private static readonly string[] WholeTypes = ["tinyint", "smallint", "int", "bigint"];
    private readonly MsSqlCatalog _catalog = new(configuration);
    private readonly MsSqlErrors _errors = new(configuration);

    public string DisplayName => _errors.DisplayName;

    public SqlTableChoice Tables => configuration.Tables;

    public IReadOnlyList<SqlRule> Rules => rules;

    public SqlIdOrder RuleIdOrder => SqlIdOrder.Names;

    public string? IncrementalColumn => configuration.IncrementalColumn;

    public DbDataSource Open() => new MsSqlConnections(configuration, context);

    /// <summary>Each statement commits by itself.</summary>
    public async Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Session;
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new MsSqlReading(connection);
    }

    public Task<IReadOnlyList<SqlTableInfo>> ListAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        _catalog.ListAsync(transaction, cancellationToken);

    public Task<string?> WhyIncompleteAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        _catalog.WhyIncompleteAsync(transaction, cancellationToken);

    public Task<SqlTable?> DescribeAsync(DbTransaction transaction, string table, CancellationToken cancellationToken) =>
        _catalog.DescribeAsync(transaction, table, cancellationToken);

    public Task<IList<SqlColumn>> DescribeQueryAsync(
        DbTransaction transaction,
        string query,
        Func<string, int> placeInKey,
        CancellationToken cancellationToken
    ) => MsSqlCatalog.DescribeQueryAsync(transaction, query, placeInKey, cancellationToken);

    public SqlTable TableOf(SqlRule rule, IList<SqlColumn> columns) => _catalog.Tables.Of(rule, columns);

    public async Task<IReadOnlyList<string>> SplitsAsync(
        DbTransaction transaction,
        SqlTable table,
        int parts,
        CancellationToken cancellationToken
    )
    {
        if (!WholeTypes.Contains(table.Key[0].Type, StringComparer.Ordinal))
        {
            return [];
        }

        await using var command = Command(transaction, EndsQuery(table));
        return await SqlSplits.BetweenEndsAsync(command, parts, cancellationToken);
    }

    public async Task<bool> HasRowsAsync(DbTransaction transaction, string table, CancellationToken cancellationToken)
    {
        await using var command = Command(transaction, AnyRowQuery(table));
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    public DbCommand ReadCommand(DbTransaction transaction, SqlPart part, string[]? after, int limit)
    {
        var command = Command(transaction, string.Empty);
        MsSqlQuery.Write(command, configuration.Schema, part, after, limit);
        return command;
    }

    public async Task<DateTimeOffset> ClockAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = Command(transaction, ClockQuery);
        return new DateTimeOffset(DateTime.SpecifyKind((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!, DateTimeKind.Utc));
    }

    public string Text(DbDataReader rows, int ordinal) => MsSqlTypes.Text(rows, ordinal);

    public string KeyText(DbDataReader rows, int ordinal) => MsSqlKeys.Text(rows, ordinal);

    /// <summary>What the server counts of writes goes with a restart, and is not for every user to see.</summary>
    public Task<string?> ChangeTokenAsync(DbTransaction transaction, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public bool IsInaccessible(Exception failure) =>
        failure is SqlException answer && answer.Number is MsSqlErrors.NoSuchTable or MsSqlErrors.NoRight or MsSqlErrors.NoRightToColumn;

    public bool IsOtherShape(Exception failure) => failure is SqlException { Number: MsSqlErrors.NoSuchColumn };

    public string? WhyRefused(DbException failure) => MsSqlErrors.WhyRefused(failure);

    public ConnectorException Explain(string doing, Exception failure) => _errors.Explain(doing, failure);

    /// <summary>The first and the last value of a key that begins with a whole number.</summary>
    public string EndsQuery(SqlTable table)
    {
        var first = MsSqlTypes.Own(table.Key[0].Name);
        return $"SELECT CONVERT(bigint, MIN({first})), CONVERT(bigint, MAX({first})) FROM {From(table.Name)} AS t";
    }

    public string AnyRowQuery(string table) => $"SELECT TOP (1) 1 FROM {From(table)}";

    public static DbCommand Command(DbTransaction transaction, string text, params (string Name, string Value)[] parameters)
    {
        var command = transaction.Connection!.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(new SqlParameter(name, SqlDbType.NVarChar, 128) { Value = value });
        }

        return command;
    }

    private string From(string table) => $"{MsSqlTypes.Quote(configuration.Schema)}.{MsSqlTypes.Quote(table)}";
}
