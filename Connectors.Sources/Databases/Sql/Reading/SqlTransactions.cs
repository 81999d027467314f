using System.Data.Common;

namespace Connectors.Sources.Databases.Sql.Reading;

/// <summary>Runs work in a transaction, on a connection of its own.</summary>
internal static class SqlTransactions
{
    /// <param name="dialect">Begins the transaction.</param>
    /// <param name="database">Opens the connection.</param>
    /// <param name="work">What to do.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="IOException">The driver refused a call because the connection had broken before it.</exception>
    /// <exception cref="DbException">The database refused, or the connection broke.</exception>
    public static async Task<T> RunAsync<T>(
        ISqlDialect dialect,
        DbDataSource database,
        Func<DbTransaction, Task<T>> work,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var transaction = await dialect.BeginAsync(connection, cancellationToken);
            return await work(transaction);
        }
        catch (InvalidOperationException refused) when (refused.Source == connection.GetType().Assembly.GetName().Name)
        {
            // A driver that notices between two of its calls that the server hung up has no better word for the second. The connection's
            // state can't tell: the driver of SQL Server sets it after the call has failed.
            throw new IOException("The connection broke.", refused);
        }
    }
}
