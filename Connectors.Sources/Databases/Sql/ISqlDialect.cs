using System.Data.Common;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Rules;
using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql;

/// <summary>What differs between databases. Its commands run on connections that <see cref="Open"/>'s data source made. Safe for concurrent
/// use.</summary>
internal interface ISqlDialect
{
    /// <summary>The database as messages name it: <c>PostgreSQL database 'shop'</c>.</summary>
    string DisplayName { get; }

    /// <summary>The tables that the configuration names.</summary>
    SqlTableChoice Tables { get; }

    /// <summary>The queries to read in place of the tables; empty for the tables.</summary>
    IReadOnlyList<SqlRule> Rules { get; }

    /// <summary>The order in which the ids of a rule's rows name the columns of its tables' keys: that of the Python service.</summary>
    SqlIdOrder RuleIdOrder { get; }

    /// <summary>The column with the time of a row's last change, as the configuration names it; <see langword="null"/> when it names
    /// none.</summary>
    string? IncrementalColumn { get; }

    /// <summary>Makes the pool of connections; nothing is connected yet.</summary>
    DbDataSource Open();

    /// <summary>Begins a transaction that can't write where the server has such, with the session's texts in a form that does not depend on
    /// the server's settings.</summary>
    Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>The tables there are: with <c>*</c> those that hold rows of their own, else whatever has one of the names.</summary>
    /// <exception cref="ConnectorException">There is no such schema.</exception>
    Task<IReadOnlyList<SqlTableInfo>> ListAsync(DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>With <c>*</c>: why a table may be there that <see cref="ListAsync"/> does not give, so that its documents must stay;
    /// <see langword="null"/> when it gives all, or can't know.</summary>
    Task<string?> WhyIncompleteAsync(DbTransaction transaction, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>A table's columns; <see langword="null"/> when there is no such table.</summary>
    Task<SqlTable?> DescribeAsync(DbTransaction transaction, string table, CancellationToken cancellationToken);

    /// <summary>The columns of a query's rows, in order.</summary>
    /// <param name="transaction">The transaction to ask in.</param>
    /// <param name="query">One SELECT statement.</param>
    /// <param name="placeInKey">The place of a column, by its name, among those that tell rows apart, from 1; 0 for others.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="DbException">The server does not understand the query.</exception>
    Task<IList<SqlColumn>> DescribeQueryAsync(
        DbTransaction transaction,
        string query,
        Func<string, int> placeInKey,
        CancellationToken cancellationToken
    );

    /// <summary>A rule's query as a table with these columns: its ids and fields as the Python service names them.</summary>
    SqlTable TableOf(SqlRule rule, IList<SqlColumn> columns);

    /// <summary>Texts of the first key column, in the server's order, that divide a table into about <paramref name="parts"/> parts; fewer,
    /// or none, where that is not known cheaply.</summary>
    Task<IReadOnlyList<string>> SplitsAsync(DbTransaction transaction, SqlTable table, int parts, CancellationToken cancellationToken);

    /// <summary>Whether a table holds any row at all.</summary>
    Task<bool> HasRowsAsync(DbTransaction transaction, string table, CancellationToken cancellationToken);

    /// <summary>A command that reads rows in the order of the key: the values of all columns, then the values of the key to go on
    /// from.</summary>
    /// <param name="transaction">The transaction to read in.</param>
    /// <param name="part">The rows to read.</param>
    /// <param name="after">The key of the last row that was read, or <see langword="null"/>.</param>
    /// <param name="limit">How many rows.</param>
    DbCommand ReadCommand(DbTransaction transaction, SqlPart part, string[]? after, int limit);

    /// <summary>The text of a value that is not NULL, whatever bytes it holds.</summary>
    string Text(DbDataReader rows, int ordinal);

    /// <summary>A value of the key to go on from as the text that <see cref="ReadCommand"/> takes.</summary>
    string KeyText(DbDataReader rows, int ordinal) => rows.GetString(ordinal);

    /// <summary>What the server's clock says.</summary>
    Task<DateTimeOffset> ClockAsync(DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Facts that differ whenever anything in the database may differ; <see langword="null"/> when there are none to be sure
    /// of.</summary>
    Task<string?> ChangeTokenAsync(DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Whether a failure says that the table is gone or may not be read.</summary>
    bool IsInaccessible(Exception failure);

    /// <summary>Whether a failure says that a column is gone or has another type.</summary>
    bool IsOtherShape(Exception failure);

    /// <summary>What the server has against a statement: how it is written, what it names, or the user's rights to that;
    /// <see langword="null"/> when the failure is of another kind.</summary>
    string? WhyRefused(DbException failure);

    /// <summary>The exception to throw for a failure.</summary>
    /// <param name="doing">What was tried: <c>read the table 'orders'</c>.</param>
    /// <param name="failure">What came of it.</param>
    ConnectorException Explain(string doing, Exception failure);
}
