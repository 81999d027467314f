using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Sync.Sources;
using Connectors.Sync.Sources.MongoDB;
using Connectors.Tests.Support.MongoWire;
using Connectors.Tests.Support.SourceContract;
using MongoDB.Bson;

namespace Connectors.Tests.Sync.Sources.MongoDB;

public sealed class MongoContractTests : SourceContractTests
{
    private const string Password = "pass-word-never-printed";

    protected override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken) => new MongoFixture(await MongoWireServer.StartAsync());

    private sealed class MongoFixture : SourceFixture
    {
        private readonly MongoWireServer _server;
        private readonly MongoWireCollection _orders;

        public MongoFixture(MongoWireServer server)
        {
            _server = server;
            _server.Login = ("reader", Password);
            _server.Gate = Calls.Enter;
            BsonValue[] ids =
            [
                .. Enumerable.Range(10, 15).Select(number => (BsonValue)("order-" + number.ToString(CultureInfo.InvariantCulture))),
                .. Enumerable.Range(10, 10).Select(number => (BsonValue)ObjectId.Parse(number.ToString("x24", CultureInfo.InvariantCulture))),
                41,
                42L,
            ];
            Ids = [.. ids.Select(id => id.ToString()!)];
            _orders = _server.AddCollection("shop", "orders", ids.Select(id => new BsonDocument { { "_id", id }, { "id", 7 }, { "total", 12.5 } }));
        }

        public override IReadOnlyCollection<string> Ids { get; }

        public override JsonObject Values => new()
        {
            ["host"] = _server.ConnectionString,
            ["user"] = "reader",
            ["password"] = Password,
            ["database"] = "shop",
            ["collection"] = "orders",
        };

        public override IReadOnlyCollection<string> Secrets => [Password];

        public override IDataSource Create(SourceContext context) => new MongoDataSource(context, documentsAPartition: 5);

        public override Task ChangeAsync(CancellationToken cancellationToken)
        {
            _orders.Replace(new BsonDocument { { "_id", "order-10" }, { "total", 13 } });
            return Task.CompletedTask;
        }

        public override async ValueTask DisposeAsync()
        {
            await _server.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
