using System.Data;
using System.Data.Common;
using System.Text;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Rules;
using Connectors.Sources.Databases.Sql.Tables;
using Npgsql;

namespace Connectors.Sources.Databases.Sql.PostgreSql;

/// <summary>PostgreSQL 11 and later, and what speaks like it.</summary>
internal sealed class PostgreSqlDialect(PostgreSqlConfiguration configuration, IReadOnlyList<SqlRule> rules) : ISqlDialect
{
    private readonly PostgreSqlCatalog _catalog = new(configuration);
    private readonly PostgreSqlErrors _errors = new(configuration);

    public string DisplayName => _errors.DisplayName;

    public SqlTableChoice Tables => configuration.Tables;

    public IReadOnlyList<SqlRule> Rules => rules;

    public SqlIdOrder RuleIdOrder => SqlIdOrder.Key;

    public string? IncrementalColumn => configuration.IncrementalColumn;

    public DbDataSource Open()
    {
        var builder = new NpgsqlDataSourceBuilder
        {
            ConnectionStringBuilder =
            {
                Host = configuration.Host,
                Port = configuration.Port,
                Username = configuration.User,
                Password = configuration.Password?.Reveal(),
                Database = configuration.Database,
                ApplicationName = "connectors",
                GssEncryptionMode = GssEncryptionMode.Disable,

                // With a check of our own the driver must leave it to us.
                SslMode = configuration.SslEnabled ? SslMode.Require : SslMode.Prefer,
                Timeout = 15,

                // The server ends a query first; this is for a server that no longer answers at all.
                CommandTimeout = (int)configuration.StatementTimeout.TotalSeconds + 30,
            },
        };
        if (configuration.SslEnabled)
        {
            var check = CertificateAuthorities.Trust(configuration.Authorities);
            builder.UseSslClientAuthenticationOptionsCallback(options => options.RemoteCertificateValidationCallback = check);
        }

        return builder.Build();
    }

    /// <summary>All settings are the transaction's own, so that they also hold behind a pooler that shares connections.</summary>
    public async Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"""
            SET TRANSACTION READ ONLY;
            SET LOCAL statement_timeout = {(long)configuration.StatementTimeout.TotalMilliseconds};
            SET LOCAL TimeZone = 'UTC';
            SET LOCAL DateStyle = 'ISO, YMD';
            SET LOCAL IntervalStyle = 'iso_8601';
            SET LOCAL bytea_output = 'hex';
            SET LOCAL extra_float_digits = 3;
            SET LOCAL row_security = on;
            SET LOCAL standard_conforming_strings = on
            """;
        if (((NpgsqlConnection)connection).PostgresParameters.TryGetValue("server_encoding", out var encoding) && encoding == "SQL_ASCII")
        {
            // Such a database holds whatever bytes it was given, and would refuse to send those that are not UTF-8.
            command.CommandText += "; SET LOCAL client_encoding = 'SQL_ASCII'";
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
        return transaction;
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
    ) => PostgreSqlQueryColumns.FindAsync(transaction, query, placeInKey, cancellationToken);

    public SqlTable TableOf(SqlRule rule, IList<SqlColumn> columns) => _catalog.Tables.Of(rule, columns);

    public Task<IReadOnlyList<string>> SplitsAsync(
        DbTransaction transaction,
        SqlTable table,
        int parts,
        CancellationToken cancellationToken
    ) => new PostgreSqlSplits(configuration.Schema).FindAsync(transaction, table, parts, cancellationToken);

    public Task<string?> ChangeTokenAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        _catalog.ChangeTokenAsync(transaction, cancellationToken);

    public async Task<bool> HasRowsAsync(DbTransaction transaction, string table, CancellationToken cancellationToken)
    {
        await using var command = Command(transaction, $"SELECT EXISTS (SELECT 1 FROM {Quote(configuration.Schema)}.{Quote(table)})");
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    public DbCommand ReadCommand(DbTransaction transaction, SqlPart part, string[]? after, int limit)
    {
        var (table, bounds, since) = part;
        var command = Command(transaction, string.Empty);
        var conditions = new List<string>();
        if (after is not null)
        {
            var place = string.Join(", ", table.Key.Zip(after, Parameter));
            conditions.Add($"({string.Join(", ", table.Key.Select(PostgreSqlTypes.Comparand))}) > ({place})");
        }
        else if (bounds.After is { } from)
        {
            conditions.Add($"{Own(table.Key[0])} > {Parameter(table.Key[0], from)}");
        }

        if (bounds.Through is { } through)
        {
            conditions.Add($"{Own(table.Key[0])} <= {Parameter(table.Key[0], through)}");
        }

        if (part.IsWithoutKey)
        {
            conditions.Add($"({string.Join(" OR ", table.Key.Select(column => $"{Own(column)} IS NULL"))})");
        }

        if (since is not null)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = since.From, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            conditions.Add(
                $"({Own(since.Column)} >= ${command.Parameters.Count}::{TimeType(since.Column.Kind)} OR {Own(since.Column)} IS NULL)"
            );
        }

        // Names are qualified: a bare name after ORDER BY would mean the column of the result, which is a text.
        command.CommandText = SqlQuery.Of(
            table.Columns.Select(column => column.Expression).Concat(table.Key.Select(column => $"{Own(column)}::text")),
            table.Query is { } query ? SqlQuery.Inner(query) : _catalog.From(table.Name),
            conditions,
            table.Key.Select(PostgreSqlTypes.Comparand),
            limit
        );
        return command;

        string Parameter(SqlColumn column, string value)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            return $"${command.Parameters.Count}::{(column.IsComparedByText ? "text" : column.Type)}";
        }
    }

    /// <summary>Not that of the transaction's begin.</summary>
    public async Task<DateTimeOffset> ClockAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = Command(transaction, "SELECT clock_timestamp()");
        return new DateTimeOffset(DateTime.SpecifyKind((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!, DateTimeKind.Utc));
    }

    /// <summary>Bytes that are not UTF-8 become U+FFFD.</summary>
    public string Text(DbDataReader rows, int ordinal) => Encoding.UTF8.GetString(rows.GetFieldValue<byte[]>(ordinal));

    public bool IsInaccessible(Exception failure) =>
        failure
            is PostgresException
        {
            SqlState: PostgresErrorCodes.UndefinedTable
                    or PostgresErrorCodes.InsufficientPrivilege
                    or PostgresErrorCodes.InvalidSchemaName
        };

    public bool IsOtherShape(Exception failure) =>
        failure
            is PostgresException
        {
            SqlState: PostgresErrorCodes.UndefinedColumn
                    or PostgresErrorCodes.DatatypeMismatch
                    or PostgresErrorCodes.UndefinedFunction
                    or PostgresErrorCodes.UndefinedObject
        };

    public string? WhyRefused(DbException failure) =>
        failure is PostgresException answer && SqlText.IsSyntaxOrAccess(answer.SqlState) ? answer.MessageText : null;

    public ConnectorException Explain(string doing, Exception failure) => _errors.Explain(doing, failure);

    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Own(SqlColumn column) => $"t.{Quote(column.Name)}";

    public static DbCommand Command(DbTransaction transaction, string text, params string[] parameters)
    {
        var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = text;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        }

        return command;
    }

    private static string TimeType(SqlValueKind kind) =>
        kind switch
        {
            SqlValueKind.Date => "date",
            SqlValueKind.Timestamp => "timestamp",
            _ => "timestamptz",
        };
}
