using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB;
using Connectors.Tests.Support.MongoWire;
using MongoDB.Bson;
using Xunit;

namespace Connectors.Tests.Sources.Databases.MongoDB;

/// <summary>When the source says that nothing changed, nothing did.</summary>
public sealed class MongoChangeTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("nothing", false)]
    [InlineData("reads", false)]
    [InlineData("an insert", true)]
    [InlineData("a replacement", true)]
    [InlineData("a removal", true)]
    [InlineData("an insert and a removal", true)]
    [InlineData("a removal and an insert of the same", true)]
    [InlineData("an expired document replaced by the oplog", true)]
    [InlineData("a write in a transaction", true)]
    [InlineData("a write that changed nothing", true)]
    [InlineData("the collection made anew", true)]
    [InlineData("a restart of the server", true)]
    [InlineData("an election", true)]
    [InlineData("a TTL index", true)]
    [InlineData("a router in front", true)]
    [InlineData("a secondary instead", true)]
    [InlineData("a view instead", true)]
    [InlineData("no collection any more", true)]
    [InlineData("a missing privilege for collStats", true)]
    [InlineData("a missing privilege for listCollections", true)]
    [InlineData("a missing privilege for listIndexes", true)]
    public async Task UnchangedIsSaidOnlyWhenItIsCertain(string happened, bool expected)
    {
        await using var server = await MongoWireServer.StartAsync();
        var orders = server.AddCollection("shop", "orders", Enumerable.Range(0, 10).Select(i => new BsonDocument("_id", i)));
        orders.WriteOperations = 10;
        string? mark;
        await using (var before = SomeMongo.Source(server))
        {
            var result = await before.HasChangedAsync(null, Cancelled);
            Assert.True(result.HasChanged);
            Assert.Equal(10, result.EstimatedDocuments);
            mark = result.ChangeToken;
            Assert.NotNull(mark);
        }

        Happen(server, orders, happened);
        await using var after =
            happened == "a secondary instead"
                ? new MongoDataSource(
                    new SourceContext { Settings = SomeMongo.Settings($"{server.ConnectionString}?directConnection=true") }
                )
                : SomeMongo.Source(server);
        if (happened == "reads")
        {
            await after.IdsAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Cancelled);
        }

        var second = await after.HasChangedAsync(mark, Cancelled);

        Assert.Equal(expected, second.HasChanged);
        Assert.Equal(expected, second.ChangeToken != mark);
    }

    [Fact]
    public async Task AStandaloneServerCanBeTrustedToo()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.Topology = MongoWireTopology.Standalone;
        var orders = server.AddCollection("shop", "orders", new BsonDocument("_id", 1));
        await using var source = SomeMongo.Source(server);

        var mark = (await source.HasChangedAsync(null, Cancelled)).ChangeToken;
        Assert.False((await source.HasChangedAsync(mark, Cancelled)).HasChanged);
        orders.Replace(new BsonDocument { { "_id", 1 }, { "a", 1 } });
        Assert.True((await source.HasChangedAsync(mark, Cancelled)).HasChanged);
    }

    [Fact]
    public async Task AServerWithoutSessionsCannotBeTrusted()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.HasSessions = false;
        server.AddCollection("shop", "orders", new BsonDocument("_id", 1));
        await using var source = SomeMongo.Source(server);

        Assert.Equal(ChangeCheckResult.Unknown, await source.HasChangedAsync(null, Cancelled));
        Assert.Equal(["1"], await source.IdsAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Cancelled));
    }

    [Fact]
    public async Task WhoeverReadsFromSecondariesIsNeverToldUnchanged()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection("shop", "orders", new BsonDocument("_id", 1));
        await using var source = new MongoDataSource(
            new SourceContext { Settings = SomeMongo.Settings($"{server.ConnectionString}?readPreference=secondaryPreferred") }
        );

        Assert.Equal(
            new ChangeCheckResult(HasChanged: true, ChangeToken: null, EstimatedDocuments: 1),
            await source.HasChangedAsync(null, Cancelled)
        );
    }

    [Fact]
    public async Task WhatWasCountedIsVisibleToTheReadsThatFollow()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection("shop", "orders", new BsonDocument("_id", 1));
        await using var source = SomeMongo.Source(server);

        await source.HasChangedAsync(null, Cancelled);

        var commands = server.Commands.ToList();
        var counted = commands.FindIndex(command => command.Contains("aggregate"));
        var awaited = commands.FindIndex(command => command.Contains("find"));
        Assert.InRange(awaited, counted + 1, commands.Count);
        Assert.Equal("majority", commands[awaited]["readConcern"]["level"]);
        Assert.Equal(new BsonTimestamp(1_700_000_000, 1), commands[awaited]["readConcern"]["afterClusterTime"]);
    }

    private static void Happen(MongoWireServer server, MongoWireCollection orders, string what)
    {
        switch (what)
        {
            case "nothing" or "reads":
                break;
            case "an insert":
                orders.Insert(new BsonDocument("_id", 99));
                break;
            case "a replacement":
                orders.Replace(new BsonDocument { { "_id", 3 }, { "a", 1 } });
                break;
            case "a removal":
                orders.Remove(3);
                break;
            case "an insert and a removal":
                orders.Insert(new BsonDocument("_id", 99));
                orders.Remove(3);
                break;
            case "a removal and an insert of the same":
                orders.Remove(3);
                orders.Insert(new BsonDocument("_id", 3));
                break;
            case "an expired document replaced by the oplog":
                orders.Remove(3, asExpired: true);
                orders.Insert(new BsonDocument("_id", 99));
                orders.WriteOperations = 10;
                break;
            case "a write in a transaction":
                orders.Transactions++;
                break;
            case "a write that changed nothing":
                orders.WriteOperations++;
                break;
            case "the collection made anew":
                orders.Uuid = Guid.NewGuid();
                break;
            case "a restart of the server":
                server.ProcessId = ObjectId.GenerateNewId();
                break;
            case "an election":
                server.ElectionId = ObjectId.GenerateNewId();
                break;
            case "a TTL index":
                orders.HasTtlIndex = true;
                break;
            case "a router in front":
                server.Topology = MongoWireTopology.Mongos;
                break;
            case "a secondary instead":
                server.Topology = MongoWireTopology.Secondary;
                break;
            case "a view instead":
                orders.Type = "view";
                break;
            case "no collection any more":
                server.DropCollection("shop", "orders");
                break;
            case "a missing privilege for collStats":
                server.Faults.Fail("aggregate", 1, 13, "Unauthorized", "not authorized", times: 10);
                break;
            case "a missing privilege for listCollections":
                server.Faults.Fail("listCollections", 1, 13, "Unauthorized", "not authorized", times: 10);
                break;
            case "a missing privilege for listIndexes":
                server.Faults.Fail("listIndexes", 1, 13, "Unauthorized", "not authorized", times: 10);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, "Unknown.");
        }
    }
}
