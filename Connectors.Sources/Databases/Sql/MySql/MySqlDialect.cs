using System.Data;
using System.Data.Common;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Rules;
using Connectors.Sources.Databases.Sql.Tables;
using MySqlConnector;

namespace Connectors.Sources.Databases.Sql.MySql;

/// <summary>MySQL 5.7 and later, MariaDB 10.3 and later.</summary>
internal sealed class MySqlDialect(MySqlConfiguration configuration, IReadOnlyList<SqlRule> rules) : ISqlDialect
{
    private static readonly string[] WholeTypes = ["tinyint", "smallint", "mediumint", "int", "bigint"];
    private readonly MySqlCatalog _catalog = new(configuration);
    private readonly MySqlErrors _errors = new(configuration);

    public string DisplayName => _errors.DisplayName;

    public SqlTableChoice Tables => configuration.Tables;

    public IReadOnlyList<SqlRule> Rules => rules;

    public SqlIdOrder RuleIdOrder => SqlIdOrder.Names;

    public string? IncrementalColumn => configuration.IncrementalColumn;

    public DbDataSource Open()
    {
        var settings = new MySqlConnectionStringBuilder
        {
            Server = configuration.Host,
            Port = (uint)configuration.Port,
            UserID = configuration.User,
            Password = configuration.Password?.Reveal() ?? string.Empty,
            Database = configuration.Database,
            ApplicationName = "connectors",
            CharacterSet = "utf8mb4",
            GuidFormat = MySqlGuidFormat.None,
            ConnectionTimeout = 15,

            // With a check of our own the driver must leave it to us.
            SslMode = configuration.SslEnabled ? MySqlSslMode.Required : MySqlSslMode.Preferred,

            // Every transaction begins by setting what it depends on.
            ConnectionReset = false,

            // The server ends a query first; this is for a server that no longer answers at all.
            DefaultCommandTimeout = (uint)configuration.StatementTimeout.TotalSeconds + 30,
        };
        var builder = new MySqlDataSourceBuilder(settings.ConnectionString);
        if (configuration.SslEnabled)
        {
            builder.UseRemoteCertificateValidationCallback(CertificateAuthorities.Trust(configuration.Authorities));
        }

        return builder.Build();
    }

    /// <summary>MySQL and MariaDB name the limit of a query differently, and each passes over the other's comment.</summary>
    public async Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var seconds = (long)configuration.StatementTimeout.TotalSeconds;
        await using (var command = connection.CreateCommand())
        {
            command.CommandText =
                "SET SESSION sql_mode = '', time_zone = '+00:00', max_sort_length = 16384 /*!50708 , max_execution_time = "
                + $"{seconds * 1000} */ /*M!100101 , max_statement_time = {seconds} */";
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return await ((MySqlConnection)connection).BeginTransactionAsync(IsolationLevel.ReadCommitted, isReadOnly: true, cancellationToken);
    }

    public Task<IReadOnlyList<SqlTableInfo>> ListAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        _catalog.ListAsync(transaction, cancellationToken);

    public Task<SqlTable?> DescribeAsync(DbTransaction transaction, string table, CancellationToken cancellationToken) =>
        _catalog.DescribeAsync(transaction, table, cancellationToken);

    public Task<IList<SqlColumn>> DescribeQueryAsync(
        DbTransaction transaction,
        string query,
        Func<string, int> placeInKey,
        CancellationToken cancellationToken
    ) => MySqlCatalog.DescribeQueryAsync(transaction, query, placeInKey, cancellationToken);

    public SqlTable TableOf(SqlRule rule, IList<SqlColumn> columns) => MySqlCatalog.TableOf(rule, columns);

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

        var first = MySqlTypes.Comparand(table.Key[0]);
        await using var command = Command(
            transaction,
            $"SELECT CAST(MIN({first}) + 0 AS CHAR), CAST(MAX({first}) + 0 AS CHAR) FROM {MySqlTypes.Quote(table.Name)} AS t"
        );
        return await SqlSplits.BetweenEndsAsync(command, parts, cancellationToken);
    }

    public async Task<bool> HasRowsAsync(DbTransaction transaction, string table, CancellationToken cancellationToken)
    {
        await using var command = Command(transaction, $"SELECT 1 FROM {MySqlTypes.Quote(table)} LIMIT 1");
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    public DbCommand ReadCommand(DbTransaction transaction, SqlPart part, string[]? after, int limit)
    {
        var (table, bounds, since) = part;
        var command = Command(transaction, string.Empty);
        var conditions = new List<string>();
        if (after is not null)
        {
            conditions.Add(Follows(command, table.Key, after));
        }
        else if (bounds.After is { } from)
        {
            conditions.Add(Follows(command, [table.Key[0]], [from]));
        }

        if (bounds.Through is { } through)
        {
            conditions.Add($"{MySqlTypes.Comparand(table.Key[0])} <= {Value(command, table.Key[0], through)}");
        }

        if (part.IsWithoutKey)
        {
            // A date of zeros IS NULL, but is no NULL.
            conditions.Add($"({string.Join(" OR ", table.Key.Select(column => $"t.{MySqlTypes.Quote(column.Name)} <=> NULL"))})");
        }

        if (since is not null)
        {
            // What is older than every time stamp is a date of zeros, which says as little as NULL.
            var (own, name) = ($"t.{MySqlTypes.Quote(since.Column.Name)}", $"@p{command.Parameters.Count}");
            command.Parameters.Add(new MySqlParameter(name, since.From));
            conditions.Add($"({own} >= {name} OR {own} IS NULL OR {own} < '1970-01-01 00:00:01')");
        }

        command.CommandText = SqlQuery.Of(
            table.Columns.Select(column => column.Expression).Concat(table.Key.Select(MySqlTypes.CursorExpression)),
            table.Query is { } query ? SqlQuery.Inner(query) : MySqlTypes.Quote(table.Name),
            conditions,
            table.Key.Select(MySqlTypes.Order),
            limit
        );
        return command;
    }

    public async Task<DateTimeOffset> ClockAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = Command(transaction, "SELECT UTC_TIMESTAMP(6)");
        return new DateTimeOffset(DateTime.SpecifyKind((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!, DateTimeKind.Utc));
    }

    /// <summary>Bytes as Base64.</summary>
    public string Text(DbDataReader rows, int ordinal) =>
        rows.GetFieldType(ordinal) == typeof(byte[])
            ? Convert.ToBase64String(rows.GetFieldValue<byte[]>(ordinal))
            : rows.GetString(ordinal);

    public Task<string?> ChangeTokenAsync(DbTransaction transaction, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public bool IsInaccessible(Exception failure) =>
        failure
            is MySqlException
        {
            ErrorCode: MySqlErrorCode.NoSuchTable or MySqlErrorCode.TableAccessDenied or MySqlErrorCode.ColumnAccessDenied
        };

    public bool IsOtherShape(Exception failure) => failure is MySqlException { ErrorCode: MySqlErrorCode.BadFieldError };

    public string? WhyRefused(DbException failure) => SqlText.IsSyntaxOrAccess(failure.SqlState) ? failure.Message : null;

    public ConnectorException Explain(string doing, Exception failure) => _errors.Explain(doing, failure);

    public static DbCommand Command(DbTransaction transaction, string text, params (string Name, string Value)[] parameters)
    {
        var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(new MySqlParameter(name, value));
        }

        return command;
    }

    /// <summary>(a, b) > (x, y), spelt out: the server finds its way by an index only so.</summary>
    private static string Follows(DbCommand command, IReadOnlyList<SqlColumn> key, string[] after)
    {
        var values = key.Zip(after, (column, text) => Value(command, column, text)).ToArray();
        var ways = Enumerable
            .Range(0, key.Count)
            .Select(place =>
                string.Join(
                    " AND ",
                    key.Take(place)
                        .Select((column, i) => $"{MySqlTypes.Comparand(column)} = {values[i]}")
                        .Append($"{MySqlTypes.Comparand(key[place])} > {values[place]}")
                )
            );
        return $"({string.Join(" OR ", ways.Select(way => $"({way})"))})";
    }

    private static string Value(DbCommand command, SqlColumn column, string text)
    {
        if (MySqlTypes.Literal(column, text) is { } number)
        {
            return number;
        }

        var name = $"@p{command.Parameters.Count}";
        command.Parameters.Add(new MySqlParameter(name, MySqlTypes.Parameter(column, text)));
        return column.IsComparedByText ? $"CAST({name} AS BINARY)" : name;
    }
}
