using System.Text;
using Connectors.Abstractions;
using Connectors.Tests.Support.MongoWire;
using MongoDB.Bson;
using Xunit;

namespace Connectors.Tests.Sources.Databases.MongoDB;

public sealed class MongoChangeFeedTests : IAsyncLifetime
{
    private static readonly PageLimits Small = new(2, 1024 * 1024);

    private MongoWireServer _server = null!;
    private MongoWireCollection _orders = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await MongoWireServer.StartAsync();
        _orders = _server.AddCollection("shop", "orders", Enumerable.Range(1, 5).Select(id => Order(id, "old")));
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task ChangedDocumentsComeAsTheyAreAndThoseThatAreGoneByTheirIds()
    {
        var cursor = await CursorAsync();
        _orders.Insert(Order(6, "new"));
        _orders.Replace(Order(2, "changed"));
        _orders.Remove(3);

        var changes = await ReadAsync(cursor, PageLimits.Default);

        Assert.Equal(["""2 {"state":"changed"}""", """6 {"state":"new"}"""], changes.Upserts.Order());
        Assert.Equal(["3"], changes.Deleted);
        Assert.Empty(_server.ChangeStreams);
        Assert.Empty(_server.Cursors);
    }

    // A server gives 16 MiB at once, and the driver's buffer of those goes to what follows.
    [Fact]
    public async Task ChangedDocumentsThatComeInSeveralBatchesAreWhole()
    {
        const int Length = 4_000_000;
        var cursor = await CursorAsync();
        for (var id = 10; id < 20; id++)
        {
            _orders.Insert(Order(id, new string((char)('a' + id), Length)));
        }

        var changes = await ReadAsync(cursor, new PageLimits(100, 100_000_000));

        Assert.Equal(
            Enumerable.Range(10, 10).Select(id => $$"""{{id}} {"state":"{{new string((char)('a' + id), Length)}}"}"""),
            changes.Upserts.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task TheNextReadingBeginsWhereThisOneEnded()
    {
        var first = await ReadAsync(await CursorAsync(), PageLimits.Default);
        Assert.Empty(first.Upserts);
        _orders.Insert(Order(7, "new"));

        var second = await ReadAsync(first.Cursor, PageLimits.Default);
        var third = await ReadAsync(second.Cursor, PageLimits.Default);

        Assert.Equal(["""7 {"state":"new"}"""], second.Upserts);
        Assert.Empty(third.Upserts);
    }

    [Fact]
    public async Task EveryPageCanBeReadAgainByAnotherProcess()
    {
        var cursor = await CursorAsync();
        for (var id = 10; id < 17; id++)
        {
            _orders.Insert(Order(id, "new"));
        }

        var whole = await ReadAsync(cursor, Small);
        Assert.Equal(4, whole.Tokens.Count);
        foreach (var token in whole.Tokens)
        {
            await using var source = SomeMongo.Source(_server);
            using var page = await source.ReadChangesAsync(cursor, token, Small, Token);
            Assert.InRange(page.Upserts.Count, 1, 2);
        }

        Assert.Equal(Enumerable.Range(10, 7).Select(id => $$"""{{id}} {"state":"new"}"""), whole.Upserts.Order());
    }

    [Fact]
    public async Task ADocumentThatChangedOftenComesOnce()
    {
        var cursor = await CursorAsync();
        _orders.Replace(Order(1, "a"));
        _orders.Remove(1);
        _orders.Insert(Order(1, "b"));
        _orders.Remove(2);
        _orders.Insert(Order(2, "c"));
        _orders.Remove(2);

        var changes = await ReadAsync(cursor, PageLimits.Default);

        Assert.Equal(["""1 {"state":"b"}"""], changes.Upserts);
        Assert.Equal(["2"], changes.Deleted);
    }

    [Fact]
    public async Task WhatIsWrittenWhileChangesAreReadIsForTheNextTime()
    {
        var cursor = await CursorAsync();
        _orders.Insert(Order(10, "new"));
        _orders.Insert(Order(11, "new"));
        await using var source = SomeMongo.Source(_server);
        using var page = await source.ReadChangesAsync(cursor, PageToken.Start, new PageLimits(1, 1024), Token);
        Assert.False(page.Upserts.IsLast);
        for (var id = 20; id < 30; id++)
        {
            _orders.Insert(Order(id, "later"));
        }

        using var second = await source.ReadChangesAsync(cursor, page.Upserts.Next, new PageLimits(1, 1024), Token);
        using var third = second.Upserts.IsLast
            ? null
            : await source.ReadChangesAsync(cursor, second.Upserts.Next, new PageLimits(1, 1024), Token);

        Assert.True(second.Upserts.IsLast || third!.Upserts.IsLast);
        var rest = await ReadAsync(second.Cursor ?? third!.Cursor!, PageLimits.Default);
        Assert.InRange(rest.Upserts.Count, 9, 10);
    }

    [Fact]
    public async Task WhenTheOperationLogNoLongerHasTheCursorItIsExpired()
    {
        var cursor = await CursorAsync();
        _orders.Insert(Order(6, "new"));
        _server.FirstKeptChange = 1;
        await using var source = SomeMongo.Source(_server);

        using var page = await source.ReadChangesAsync(cursor, PageToken.Start, PageLimits.Default, Token);

        Assert.StartsWith(
            "MongoDB collection 'shop.orders': the server answers with error 286 ChangeStreamHistoryLost:",
            page.ExpiredReason,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AServerByItselfHasNoHistory()
    {
        _server.Topology = MongoWireTopology.Standalone;
        await using var source = SomeMongo.Source(_server);

        var start = await source.FindCursorAsync(Token);

        Assert.Null(start.Cursor);
        Assert.Contains("only supported on replica sets", start.Unavailable, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("rename")]
    public async Task ACollectionThatWasDroppedOrRenamedIsReadAsAWhole(string what)
    {
        var cursor = await CursorAsync();
        _orders.Changes.Add((what, null));
        await using var source = SomeMongo.Source(_server);

        using var page = await source.ReadChangesAsync(cursor, PageToken.Start, PageLimits.Default, Token);

        Assert.Equal($"The collection was dropped, renamed or made again ('{what}').", page.ExpiredReason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"resume": 5}""")]
    public async Task AnUnknownCursorIsExpired(string cursor)
    {
        await using var source = SomeMongo.Source(_server);
        using var page = await source.ReadChangesAsync(cursor, PageToken.Start, PageLimits.Default, Token);
        Assert.NotNull(page.ExpiredReason);
    }

    [Fact]
    public async Task AFailoverWhileChangesAreReadMayPass()
    {
        var cursor = await CursorAsync();
        _server.Faults.Fail("aggregate", nth: 1, 11602, "InterruptedDueToReplStateChange", "interrupted", times: 5);
        await using var source = SomeMongo.Source(_server);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            source.ReadChangesAsync(cursor, PageToken.Start, PageLimits.Default, Token)
        );

        Assert.Equal(FailureKind.Retry, failure.Kind);
    }

    [Fact]
    public async Task TheDeletionOfAnIdWhoseTextIsAnothersDeletesNotTheOthersDocument()
    {
        var id = ObjectId.GenerateNewId();
        _orders.Insert(new BsonDocument { { "_id", id }, { "state", "an object id" } });
        var cursor = await CursorAsync();
        _orders.Insert(new BsonDocument { { "_id", id.ToString() }, { "state", "a string" } });
        _orders.Remove(id);

        var changes = await ReadAsync(cursor, PageLimits.Default);

        Assert.Equal([$$"""{{id}} {"state":"a string"}"""], changes.Upserts);
        Assert.DoesNotContain(id.ToString(), changes.Deleted);
    }

    [Fact]
    public async Task TheDeletionOfAStringIdIsLeftToTheFullSyncWhereOtherIdsMayHaveItsText()
    {
        _orders.Insert(new BsonDocument("_id", "1"));
        var cursor = await CursorAsync();
        _orders.Remove("1");

        Assert.Empty((await ReadAsync(cursor, PageLimits.Default)).Deleted);

        var people = _server.AddCollection("shop", "people", new BsonDocument("_id", "1"), new BsonDocument("_id", "2"));
        await using var source = SomeMongo.Source(_server, ("collection", "people"));
        var start = await source.FindCursorAsync(Token);
        people.Remove("1");
        using var page = await source.ReadChangesAsync(start.Cursor!, PageToken.Start, PageLimits.Default, Token);
        Assert.Equal(["1"], page.DeletedIds);
    }

    [Fact]
    public async Task IdsAloneAreThoseOfTheDocumentsAndNothingElseIsAskedFor()
    {
        var id = ObjectId.GenerateNewId();
        _orders.Insert(new BsonDocument { { "_id", id }, { "state", "an object id" } });
        _orders.Insert(new BsonDocument { { "_id", id.ToString() }, { "state", "a string" } });
        await using var source = SomeMongo.Source(_server);
        var documents = await source.IdsAsync(SourcePartition.All, PageToken.Start, Small, Token);
        _server.Commands.Clear();

        var (ids, after) = (new List<string>(), PageToken.Start);
        while (true)
        {
            using var page = await source.ReadIdsAsync(SourcePartition.All, after, Small, Token);
            ids.AddRange(Enumerable.Range(0, page.Count).Select(i => Encoding.UTF8.GetString(page[i].Id.Span)));
            Assert.All(Enumerable.Range(0, page.Count), i => Assert.Equal("{}", Encoding.UTF8.GetString(page[i].Body.Span)));
            if (page.IsLast)
            {
                break;
            }

            after = page.Next;
        }

        Assert.Equal(documents, ids);
        Assert.Equal(7, ids.Distinct().Count());
        Assert.All(_server.Commands.Where(command => command.Contains("find")), command =>
            Assert.Equal(new BsonDocument("_id", 1), command["projection"])
        );
    }

    private static BsonDocument Order(int id, string state) => new() { { "_id", id }, { "state", state } };

    private async Task<string> CursorAsync()
    {
        await using var source = SomeMongo.Source(_server);
        return (await source.FindCursorAsync(Token)).Cursor!;
    }

    private async Task<(List<string> Upserts, List<string> Deleted, List<PageToken> Tokens, string Cursor)> ReadAsync(
        string cursor,
        PageLimits limits
    )
    {
        await using var source = SomeMongo.Source(_server);
        var (upserts, deleted, tokens, after) = (new List<string>(), new List<string>(), new List<PageToken>(), PageToken.Start);
        while (true)
        {
            using var page = await source.ReadChangesAsync(cursor, after, limits, Token);
            Assert.Null(page.ExpiredReason);
            upserts.AddRange(
                Enumerable
                    .Range(0, page.Upserts.Count)
                    .Select(i => $"{Encoding.UTF8.GetString(page.Upserts[i].Id.Span)} {Encoding.UTF8.GetString(page.Upserts[i].Body.Span)}")
            );
            deleted.AddRange(page.DeletedIds);
            if (page.Upserts.Count > 0)
            {
                tokens.Add(after);
            }

            if (page.Upserts.IsLast)
            {
                return (upserts, deleted, tokens, page.Cursor!);
            }

            after = page.Upserts.Next;
        }
    }
}
