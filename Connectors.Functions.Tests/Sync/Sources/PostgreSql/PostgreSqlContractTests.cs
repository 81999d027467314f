using System.Text.Json.Nodes;
using Connectors.Sync.Sources;
using Connectors.Sync.Sources.PostgreSql;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sync.Sources.PostgreSql;

[Collection("PostgreSQL")]
public sealed class PostgreSqlContractTests(PostgreSqlServer server) : SourceContractTests
{
    protected override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken)
    {
        var fixture = new DatabaseFixture(server, await server.CreateDatabaseAsync(cancellationToken));
        await fixture.FillAsync(cancellationToken);
        return fixture;
    }

    private sealed class DatabaseFixture : SourceFixture
    {
        private readonly PostgreSqlServer _server;
        private readonly string _database;
        private readonly CountingProxy _proxy;

        public DatabaseFixture(PostgreSqlServer server, string database)
        {
            (_server, _database) = (server, database);
            _proxy = new CountingProxy(Calls, server.Port);
        }

        public override IReadOnlyCollection<string> Ids =>
        [
            .. from number in Enumerable.Range(1, 6) select $"{_database}_public_orders_{number}",
            .. from pair in new[] { "de_1", "de_2", "ü_1" } select $"{_database}_public_pairs_{pair}",
            $"{_database}_public_pairs_[\"a_b\",\"1\"]",
            .. from number in Enumerable.Range(1, 2) select $"{_database}_public_things_00000000-0000-0000-0000-00000000000{number}",
        ];

        public override JsonObject Values => new()
        {
            ["host"] = "127.0.0.1",
            ["port"] = _proxy.Port,
            ["username"] = "postgres",
            ["password"] = PostgreSqlServer.Password,
            ["database"] = _database,
            ["schema"] = "public",
            ["tables"] = "*",
        };

        public override IReadOnlyCollection<string> Secrets => [PostgreSqlServer.Password];

        public Task FillAsync(CancellationToken cancellationToken) => _server.RunAsync(
            _database,
            """
            CREATE TABLE orders (id int PRIMARY KEY, note text);
            INSERT INTO orders SELECT n, 'order ' || n FROM generate_series(1, 6) n;
            CREATE TABLE pairs (language text COLLATE "und-x-icu", number int, PRIMARY KEY (language, number));
            INSERT INTO pairs VALUES ('de', 1), ('de', 2), ('ü', 1), ('a_b', 1);
            CREATE TABLE things (id uuid PRIMARY KEY, "_source" int);
            INSERT INTO things SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, n FROM generate_series(1, 2) n;
            CREATE TABLE nothing (id int PRIMARY KEY);
            CREATE TABLE empty_log (line text);
            ANALYZE
            """,
            cancellationToken);

        public override IDataSource Create(SourceContext context) => new PostgreSqlDataSource(context, rowsAPartition: 2);

        public override Task ChangeAsync(CancellationToken cancellationToken) => _server.RunAsync(_database, "UPDATE orders SET note = 'other' WHERE id = 3", cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await _proxy.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
