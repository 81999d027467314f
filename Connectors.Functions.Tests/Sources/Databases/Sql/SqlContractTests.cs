using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;

namespace Connectors.Tests.Sources.Databases.Sql;

/// <summary>The contract over a database server.</summary>
/// <param name="server">The server.</param>
/// <param name="tables">Statements that fill the database. A table <c>orders</c> with a text <c>note</c> is among them.</param>
/// <param name="ids">The ids of its rows, given the database's name.</param>
public abstract class SqlContractTests(SqlServer server, string tables, Func<string, IReadOnlyCollection<string>> ids)
    : StoppableSourceContractTests
{
    protected override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken)
    {
        var database = await server.CreateDatabaseAsync(cancellationToken);
        await server.RunAsync(database, tables, cancellationToken);
        return new DatabaseFixture(server, database, ids(database));
    }

    private sealed class DatabaseFixture : SourceFixture
    {
        private readonly SqlServer _server;
        private readonly string _database;
        private readonly CountingProxy _proxy;

        public DatabaseFixture(SqlServer server, string database, IReadOnlyCollection<string> ids)
        {
            (_server, _database, Ids) = (server, database, ids);
            _proxy = new CountingProxy(Calls, server.Port);
        }

        public override IReadOnlyCollection<string> Ids { get; }

        public override JsonObject Values => _server.Values(_proxy.Port, _database);

        public override IReadOnlyCollection<string> Secrets => [_server.UserPassword];

        public override IDataSource Create(SourceContext context) => _server.Source(context, rowsAPartition: 2);

        public override Task ChangeAsync(CancellationToken cancellationToken) =>
            _server.RunAsync(_database, "UPDATE orders SET note = 'other' WHERE id = 3", cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await _proxy.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
