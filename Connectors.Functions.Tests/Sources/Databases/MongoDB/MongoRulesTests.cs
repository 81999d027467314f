using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB;
using Connectors.Tests.Support.MongoWire;
using MongoDB.Bson;
using Xunit;

namespace Connectors.Tests.Sources.Databases.MongoDB;

public sealed class MongoRulesTests : IAsyncLifetime
{
    private static readonly PageLimits Small = new(2, 1024 * 1024);

    private MongoWireServer _server = null!;
    private MongoWireCollection _orders = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await MongoWireServer.StartAsync();
        BsonValue[] ids =
        [
            .. Enumerable.Range(0, 12).Select(number => (BsonValue)number),
            .. Enumerable.Range(0, 12).Select(number => (BsonValue)$"s{number}"),
            .. Enumerable.Range(0, 6).Select(number => (BsonValue)ObjectId.Parse(number.ToString("x24", null))),
        ];
        _orders = _server.AddCollection(
            "shop",
            "orders",
            ids.Select(
                (id, place) =>
                    new BsonDocument
                    {
                        { "_id", id },
                        { "state", place % 3 == 0 ? "open" : "closed" },
                        { "total", place },
                        { "note", "x" },
                    }
            )
        );
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public async Task AFilterHoldsInEveryPartitionAndOnEveryPage(int pageSize)
    {
        await using var source = Source("""{"find": {"filter": {"state": "open"}}}""");
        var partitions = await source.PartitionAsync(4, Token);
        Assert.InRange(partitions.Count, 2, 4);

        var ids = new List<string>();
        foreach (var partition in partitions)
        {
            ids.AddRange(await source.IdsAsync(partition, PageToken.Start, Small with { MaxDocuments = pageSize }, Token));
        }

        Assert.Equal(
            ["0", "000000000000000000000000", "000000000000000000000003", "3", "6", "9", "s0", "s3", "s6", "s9"],
            ids.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task AFilterOnTheIdItselfJoinsWithThePaging()
    {
        await using var source = Source("""{"find": {"filter": {"_id": {"$gte": 3, "$lt": 7}}}}""");

        Assert.Equal(["3", "4", "5", "6"], await source.IdsAsync(SourcePartition.All, PageToken.Start, Small, Token));
    }

    [Theory]
    [InlineData("""{"find": {"filter": {"_id": 1}, "projection": {"total": 1}}}""")]
    [InlineData("""{"find": {"filter": {"_id": 1}, "projection": ["total"]}}""")]
    [InlineData("""{"find": {"filter": {"_id": 1}, "projection": {"note": 0, "state": 0}, "batch_size": 5, "limit": 0}}""")]
    public async Task AProjectionLeavesFieldsOut(string rules)
    {
        await using var source = Source(rules);

        var (documents, _, _) = await source.PageAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Token);

        Assert.Equal(("1", """{"total":1}"""), Assert.Single(documents));
    }

    [Fact]
    public async Task ExtendedJsonInAFilterMeansItsValue()
    {
        await using var source = Source("""{"find": {"filter": {"_id": {"$gte": {"$oid": "000000000000000000000004"}}}}}""");

        Assert.Equal(
            ["000000000000000000000004", "000000000000000000000005"],
            await source.IdsAsync(SourcePartition.All, PageToken.Start, Small, Token)
        );
    }

    [Fact]
    public async Task ADocumentThatNoLongerMatchesTheFilterIsTakenForDeleted()
    {
        const string Rules = """{"find": {"filter": {"state": "open"}, "projection": {"state": 1}}}""";
        await using var source = Source(Rules);
        var cursor = (await source.FindCursorAsync(Token)).Cursor!;
        _orders.Replace(new BsonDocument { { "_id", 0 }, { "state", "closed" } });
        _orders.Replace(
            new BsonDocument
            {
                { "_id", 1 },
                { "state", "open" },
                { "note", "y" },
            }
        );

        using var page = await source.ReadChangesAsync(cursor, PageToken.Start, PageLimits.Default, Token);

        Assert.Equal("""{"state":"open"}""", Encoding.UTF8.GetString(page.Upserts[0].Body.Span));
        Assert.Equal((1, "0"), (page.Upserts.Count, Assert.Single(page.DeletedIds)));
    }

    [Fact]
    public async Task IdsAloneAreThoseOfTheFilter()
    {
        await using var source = Source("""{"find": {"filter": {"_id": {"$lt": 4}, "state": "open"}}}""");

        using var page = await source.ReadIdsAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Token);

        Assert.Equal(["0", "3"], Enumerable.Range(0, page.Count).Select(i => Encoding.UTF8.GetString(page[i].Id.Span)));
    }

    [Theory]
    [InlineData("""{"find": {"filter": {"state": "open"}}}""", true)]
    [InlineData("""{"find": {"filter": {"$expr": {"$lt": ["$at", "$$NOW"]}}}}""", false)]
    [InlineData("""{"aggregate": {"pipeline": [{"$match": {"state": "open"}}]}}""", false)]
    public async Task WhatMayChangeByItselfNeverPassesForUnchanged(string rules, bool hasMark)
    {
        await using var source = Source(rules);

        var answer = await source.HasChangedAsync((await source.HasChangedAsync(null, Token)).ChangeToken, Token);

        Assert.Equal(hasMark, answer.ChangeToken is not null);
        Assert.Equal(!hasMark, answer.HasChanged);
    }

    [Fact]
    public async Task APipelineMakesTheDocumentsInTheOrderOfTheirIds()
    {
        await using var source = Source(Pipeline);
        Assert.Equal([SourcePartition.All], await source.PartitionAsync(4, Token));

        Assert.Equal(Expected, await source.IdsAsync(SourcePartition.All, PageToken.Start, Small, Token));
        Assert.Null((await source.FindCursorAsync(Token)).Cursor);
        Assert.Empty(_server.Cursors);
    }

    [Fact]
    public async Task APipelineGoesOnInAnotherProcess()
    {
        await using var item = Source(Pipeline);
        var (first, token, _) = await item.PageAsync(SourcePartition.All, PageToken.Start, Small, Token);
        await using var other = Source(Pipeline);

        var rest = await other.IdsAsync(SourcePartition.All, token, Small, Token);

        Assert.Equal(Expected, first.Select(document => document.Id).Concat(rest));
    }

    [Fact]
    public async Task APipelineWhoseResultChangedMeanwhileBeginsAnew()
    {
        await using var item = Source(Pipeline);
        var (_, token, _) = await item.PageAsync(SourcePartition.All, PageToken.Start, Small, Token);
        _orders.Remove(0);
        await using var other = Source(Pipeline);

        using var page = await other.ReadPageAsync(SourcePartition.All, token, PageLimits.Default, Token);

        Assert.True(page.Restarts);
        Assert.Equal(Expected[1..], Enumerable.Range(0, page.Count).Select(i => Encoding.UTF8.GetString(page[i].Id.Span)));
    }

    [Fact]
    public async Task APipelineWithoutIdsIsExplained()
    {
        await using var source = Source("""{"aggregate": {"pipeline": [{"$project": {"_id": 0, "total": 1}}]}}""");

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            source.ReadPageAsync(SourcePartition.All, PageToken.Start, Small, Token)
        );

        Assert.StartsWith("aggregate.pipeline: it makes documents without _id.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"find": {"filter": {"a": 1}, "projection": {"b": 1}, "max_time_ms": 5}}""")]
    [InlineData("""{"find": {"projection": ["a", "_id"]}}""")]
    [InlineData("""{"aggregate": {"pipeline": [{"$match": {"a": 1}}], "allowDiskUse": true, "let": {"x": 1}}}""")]
    public void RightRulesAreRight(string rules) => Assert.Empty(MongoRules.Check(JsonNode.Parse(rules)!));

    [Theory]
    [InlineData("[]", "Write either")]
    [InlineData("""{"find": {}, "aggregate": {}}""", "Write either")]
    [InlineData("""{"find": []}""", "Write either")]
    [InlineData("""{"find": {"filter": "a"}}""", "find.filter: must be a MongoDB query, an object; it is a text")]
    [InlineData("""{"find": {"filter": {"_id": {"$oid": "x"}}}}""", "find.filter: must be a MongoDB query")]
    [InlineData("""{"find": {"filtre": {}}}""", "find: 'filtre' is not known here.")]
    [InlineData(
        """{"find": {"limit": 10}}""",
        "find.limit: not possible, because a sync reads page by page and deletes what is not listed."
    )]
    [InlineData("""{"find": {"allow_partial_results": true}}""", "find.allow_partial_results: not possible")]
    [InlineData("""{"find": {"projection": {"_id": 0}}}""", "find.projection: _id can't be left out")]
    [InlineData("""{"find": {"projection": {"_id": "$other"}}}""", "find.projection: _id can't be left out")]
    [InlineData("""{"find": {"projection": []}}""", "find.projection: must be an object, or a list of field names.")]
    [InlineData("""{"aggregate": {"pipeline": []}}""", "aggregate.pipeline: must be a list of stages")]
    [InlineData("""{"aggregate": {"pipeline": [{"$match": {}}, {"$out": "x"}]}}""", "aggregate.pipeline: $out writes to the database")]
    [InlineData(
        """{"aggregate": {"pipeline": [{"$sample": {"size": 5}}]}}""",
        "aggregate.pipeline: $sample gives no list of documents that stays the same"
    )]
    public void WrongRulesAreExplained(string rules, string message) =>
        Assert.StartsWith(message, Assert.Single(MongoRules.Check(JsonNode.Parse(rules)!)), StringComparison.Ordinal);

    private const string Pipeline = """{"aggregate": {"pipeline": [{"$match": {"state": "open"}}, {"$project": {"total": 1}}]}}""";

    private static readonly string[] Expected =
    [
        "0",
        "3",
        "6",
        "9",
        "s0",
        "s3",
        "s6",
        "s9",
        "000000000000000000000000",
        "000000000000000000000003",
    ];

    private MongoDataSource Source(string rules) =>
        new(
            new SourceContext { Settings = SomeMongo.Settings(_server.ConnectionString), AdvancedRules = JsonNode.Parse(rules) },
            documentsAPartition: 5
        );
}
