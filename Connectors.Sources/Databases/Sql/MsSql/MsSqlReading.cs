using System.Data;
using System.Data.Common;

namespace Connectors.Sources.Databases.Sql.MsSql;

/// <summary>
/// Statements that each commit by themselves. The server has no transactions that only read, and one around a single query adds two calls
/// and no consistency.
/// </summary>
internal sealed class MsSqlReading(DbConnection connection) : DbTransaction
{
    public override IsolationLevel IsolationLevel => IsolationLevel.ReadCommitted;

    protected override DbConnection DbConnection => connection;

    public override void Commit() { }

    public override void Rollback() { }
}
