using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB;
using Connectors.Testing;
using Connectors.Tests.Support.MongoWire;
using MongoDB.Bson;

namespace Connectors.Tests.Sources.Databases.MongoDB;

public sealed class MongoContractTests : StoppableSourceContractTests
{
    protected override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken) =>
        new MongoFixture(await MongoWireServer.StartAsync(), rules: null);
}

/// <summary>The same with a filter, which must hold in every part and on every page.</summary>
public sealed class MongoFindContractTests : StoppableSourceContractTests
{
    protected override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken) =>
        new MongoFixture(await MongoWireServer.StartAsync(), """{"find": {"filter": {"total": {"$gt": 0}}, "projection": {"note": 0}}}""");
}

/// <summary>The same with a pipeline, which is read as one stream.</summary>
public sealed class MongoAggregateContractTests : StoppableSourceContractTests
{
    protected override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken) =>
        new MongoFixture(await MongoWireServer.StartAsync(), """{"aggregate": {"pipeline": [{"$match": {"total": {"$gt": 0}}}]}}""");
}

internal sealed class MongoFixture : SourceFixture
{
    private const string Password = "pass-word-never-printed";

    private readonly MongoWireServer _server;
    private readonly MongoWireCollection _orders;
    private readonly string? _rules;

    public MongoFixture(MongoWireServer server, string? rules)
    {
        _rules = rules;
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
        _orders = _server.AddCollection(
            "shop",
            "orders",
            ids.Select(id => new BsonDocument
                {
                    { "_id", id },
                    { "id", 7 },
                    { "total", 12.5 },
                })
                .Concat(rules is null ? [] : Enumerable.Range(100, 20).Select(id => new BsonDocument { { "_id", id }, { "total", 0 } }))
        );
    }

    public override IReadOnlyCollection<string> Ids { get; }

    public override JsonObject Values =>
        new()
        {
            ["host"] = _server.ConnectionString,
            ["user"] = "reader",
            ["password"] = Password,
            ["database"] = "shop",
            ["collection"] = "orders",
        };

    public override IReadOnlyCollection<string> Secrets => [Password];

    public override IDataSource Create(SourceContext context) =>
        new MongoDataSource(context with { AdvancedRules = _rules is null ? null : JsonNode.Parse(_rules) }, documentsAPartition: 5);

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
