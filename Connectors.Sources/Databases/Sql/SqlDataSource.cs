using System.Data.Common;
using System.Security.Authentication;
using System.Text;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Rules;
using Microsoft.Extensions.Logging;

namespace Connectors.Sources.Databases.Sql;

/// <summary>
/// The rows of a database's tables. Reads only. Pages are cut by primary key and hold no cursor, so that a sync can go on after any of
/// them, in any process. Connects at the first call.
/// </summary>
public abstract class SqlDataSource : IDataSource, IChangeFeed
{
    private readonly int _rowsAPartition;
    private readonly Lazy<Opened> _opened;

    /// <param name="context">The source's context.</param>
    /// <param name="dialect">Makes the dialect from the settings; may throw a <see cref="ConnectorException"/> about them, every time
    /// anew.</param>
    /// <param name="rowsAPartition">Rows below which a part of a table is not worth a connection.</param>
    private protected SqlDataSource(SourceContext context, Func<ISqlDialect> dialect, int rowsAPartition)
    {
        ArgumentNullException.ThrowIfNull(context);
        _rowsAPartition = rowsAPartition;
        _opened = new Lazy<Opened>(
            () =>
            {
                var made = dialect();
                return new Opened(made, made.Open(), context.LoggerFactory.CreateLogger<SqlDataSource>());
            },
            LazyThreadSafetyMode.PublicationOnly
        );
    }

    /// <inheritdoc/>
    public abstract SourceDescription Description { get; }

    /// <inheritdoc/>
    /// <remarks>Connects, and checks the tables that are named, or the queries of the rules.</remarks>
    public Task PingAsync(CancellationToken cancellationToken) =>
        InTransactionAsync(
            Listing,
            async (dialect, transaction) =>
            {
                if (dialect.Rules.Count > 0)
                {
                    await _opened.Value.Rules.CheckAsync(transaction, cancellationToken);
                    return true;
                }

                var partitions = new SqlPartitions(dialect, _rowsAPartition, _opened.Value.Logger);
                var tables = await partitions.TablesAsync(transaction, cancellationToken);
                if (tables.Count == 0 && dialect.Tables.IsAll)
                {
                    throw new ConnectorException(
                        $"{dialect.DisplayName} has no table that the user can see. Correct the database or schema, or grant SELECT on "
                            + "its tables."
                    );
                }

                await _opened.Value.Changes.CheckAsync(transaction, cancellationToken);
                return true;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    /// <remarks>Where the server has no facts to be sure of, the answer is "changed". So it is for the queries of rules, which may give
    /// other rows though nobody wrote any.</remarks>
    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        InTransactionAsync(
            "ask for changes",
            async (dialect, transaction) =>
            {
                var mark = dialect.Rules.Count == 0 ? await dialect.ChangeTokenAsync(transaction, cancellationToken) : null;
                return new ChangeCheckResult(mark is null || mark != lastToken, mark);
            },
            cancellationToken
        );

    /// <inheritdoc/>
    /// <remarks>Every table, or every rule, is a partition; a large table is several, divided where the server's statistics or the first
    /// and last number say.</remarks>
    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
        InTransactionAsync(
            Listing,
            (dialect, transaction) =>
                dialect.Rules.Count > 0
                    ? _opened.Value.Rules.PlanAsync(transaction, cancellationToken)
                    : new SqlPartitions(dialect, _rowsAPartition, _opened.Value.Logger).PlanAsync(transaction, wanted, cancellationToken),
            cancellationToken
        );

    /// <inheritdoc/>
    public async Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(partition);
        cancellationToken.ThrowIfCancellationRequested();
        if (SqlBounds.Parse(partition) is not { } bounds)
        {
            using var nothing = new SourcePageBuilder(limits);
            return nothing.Build(PageToken.Start, isLast: true);
        }

        return await TryAsync(
            bounds.Rule is null ? $"read the table '{bounds.Table}'" : $"run the query of {bounds.Table}",
            opened => opened.Pages.ReadAsync(bounds, after, limits, cancellationToken),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    /// <remarks>The time of the server's clock. Without a column that tells of changes there is no history.</remarks>
    public Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken) =>
        TryAsync("ask for the time", opened => opened.Changes.FindCursorAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Tells the rows whose column is not older than the last reading, one table after the other. Rows that are gone are left to
    /// the next full sync.</remarks>
    public Task<ChangePage> ReadChangesAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken) =>
        TryAsync("read what changed", opened => opened.Changes.ReadAsync(cursor, after, limits, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_opened.IsValueCreated)
        {
            await _opened.Value.Database.DisposeAsync();
        }
    }

    private string Listing => _opened.Value.Dialect.Rules.Count > 0 ? "run the queries of the rules" : "list the tables";

    private Task<T> InTransactionAsync<T>(
        string doing,
        Func<ISqlDialect, DbTransaction, Task<T>> work,
        CancellationToken cancellationToken
    ) =>
        TryAsync(
            doing,
            opened =>
                SqlTransactions.RunAsync(
                    opened.Dialect,
                    opened.Database,
                    transaction => work(opened.Dialect, transaction),
                    cancellationToken
                ),
            cancellationToken
        );

    private async Task<T> TryAsync<T>(string doing, Func<Opened, Task<T>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var opened = _opened.Value;
        try
        {
            return await work(opened);
        }
        catch (Exception failure) when (IsOurs(failure))
        {
            // A driver words a cancelled call in many ways.
            cancellationToken.ThrowIfCancellationRequested();
            throw opened.Dialect.Explain(doing, failure);
        }
    }

    /// <summary>Whether it is a failure of the database or the way to it, not one of the program.</summary>
    private static bool IsOurs(Exception failure) =>
        failure
            is DbException
                or IOException
                or System.Net.Sockets.SocketException
                or TimeoutException
                or FormatException
                or AuthenticationException
                or DecoderFallbackException
                or OperationCanceledException;

    private sealed class Opened
    {
        public Opened(ISqlDialect dialect, DbDataSource database, ILogger logger)
        {
            Rules = new SqlRuleTables(dialect);
            (Dialect, Database, Pages) = (dialect, database, new SqlPages(dialect, database, Rules, logger));
            Logger = logger;
            Changes = new SqlChanges(dialect, database, Pages, logger);
        }

        public ISqlDialect Dialect { get; }

        public DbDataSource Database { get; }

        public SqlRuleTables Rules { get; }

        public SqlPages Pages { get; }

        public ILogger Logger { get; }

        public SqlChanges Changes { get; }
    }
}
