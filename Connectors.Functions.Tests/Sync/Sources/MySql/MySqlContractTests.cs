using System.Text.Json.Nodes;
using Connectors.Sync.Sources;
using Connectors.Sync.Sources.MySql;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sync.Sources.MySql;

[Collection("MariaDB")]
public sealed class MySqlContractTests(MariaDbServer server) : SourceContractTests
{
    protected override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken)
    {
        var fixture = new DatabaseFixture(server, await server.CreateDatabaseAsync(cancellationToken));
        await fixture.FillAsync(cancellationToken);
        return fixture;
    }

    private sealed class DatabaseFixture : SourceFixture
    {
        private readonly MariaDbServer _server;
        private readonly string _database;
        private readonly CountingProxy _proxy;

        public DatabaseFixture(MariaDbServer server, string database)
        {
            (_server, _database) = (server, database);
            _proxy = new CountingProxy(Calls, server.Port);
        }

        public override IReadOnlyCollection<string> Ids =>
        [
            "orders_-3", "orders_1", "orders_2", "orders_3", "orders_900", "orders_901",
            "pairs_de_1", "pairs_de_2", "pairs_ü_1", "pairs_[\"a_b\",\"1\"]",
        ];

        public override JsonObject Values => new()
        {
            ["host"] = "127.0.0.1",
            ["port"] = _proxy.Port,
            ["user"] = MariaDbServer.User,
            ["password"] = MariaDbServer.Password,
            ["database"] = _database,
            ["tables"] = "*",
        };

        public override IReadOnlyCollection<string> Secrets => [MariaDbServer.Password];

        public Task FillAsync(CancellationToken cancellationToken) => _server.RunAsync(
            _database,
            """
            CREATE TABLE orders (id int PRIMARY KEY, note text, `Table` int);
            INSERT INTO orders VALUES (-3, 'a', 0), (1, 'b', 0), (2, 'c', 0), (3, 'd', 0), (900, 'e', 0), (901, 'f', 0);
            CREATE TABLE pairs (language varchar(10), number int, PRIMARY KEY (language, number));
            INSERT INTO pairs VALUES ('de', 1), ('de', 2), ('ü', 1), ('a_b', 1);
            CREATE TABLE empty_log (line text);
            CREATE VIEW all_pairs AS SELECT * FROM pairs;
            ANALYZE TABLE orders
            """,
            cancellationToken);

        public override IDataSource Create(SourceContext context) => new MySqlDataSource(context, rowsAPartition: 2);

        public override Task ChangeAsync(CancellationToken cancellationToken) => _server.RunAsync(_database, "UPDATE orders SET note = 'other' WHERE id = 3", cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await _proxy.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
