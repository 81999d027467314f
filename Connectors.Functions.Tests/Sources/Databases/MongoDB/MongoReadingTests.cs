using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Tests.Sources.Databases.MongoDB.Bson;
using Connectors.Tests.Support.MongoWire;
using CsCheck;
using MongoDB.Bson;
using Xunit;

namespace Connectors.Tests.Sources.Databases.MongoDB;

public sealed class MongoReadingTests
{
    private static readonly Guid SomeGuid = new("00112233-4455-6677-8899-aabbccddeeff");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<BsonValue, string> IdTexts { get; } =
        new()
        {
            { ObjectId.Parse("65a1b2c3d4e5f60718293a4b"), "65a1b2c3d4e5f60718293a4b" },
            { "any text", "any text" },
            { "", """{"$string":""}""" },
            { 7, "7" },
            { -9223372036854775808, "-9223372036854775808" },
            { 1.0, "1.0" },
            { 0.1, "0.1" },
            { 1e15, "1000000000000000.0" },
            { 1e16, "1e+16" },
            { 0.0001, "0.0001" },
            { 123456789012345680.0, "1.2345678901234568e+17" },
            { -1234567890123456.0, "-1234567890123456.0" },
            { 12.5, "12.5" },
            { 1200.0, "1200.0" },
            { 1.5e-5, "1.5e-05" },
            { -2.5e300, "-2.5e+300" },
            { double.NaN, "nan" },
            { Decimal128.Parse("1.50"), """{"$numberDecimal":"1.50"}""" },
            { true, "true" },
            { new BsonDateTime(1_700_000_000_123), "2023-11-14T22:13:20.123Z" },
            { new BsonDateTime(long.MaxValue), """{"$date":9223372036854775807}""" },
            { new BsonBinaryData(SomeGuid, GuidRepresentation.Standard), "00112233-4455-6677-8899-aabbccddeeff" },
            {
                new BsonBinaryData(SomeGuid, GuidRepresentation.PythonLegacy),
                """{"$binary":{"base64":"ABEiM0RVZneImaq7zN3u/w==","subType":"03"}}"""
            },
            { new BsonBinaryData([1, 2]), """{"$binary":{"base64":"AQI=","subType":"00"}}""" },
            {
                new BsonDocument
                {
                    { "a", 1 },
                    {
                        "b",
                        new BsonArray { "x", BsonNull.Value, ObjectId.Empty }
                    },
                },
                """{"a":{"$numberInt":"1"},"b":["x",null,{"$oid":"000000000000000000000000"}]}"""
            },
            { BsonNull.Value, "null" },
            { new BsonTimestamp(1, 2), """{"$timestamp":"0200000001000000"}""" },
            { BsonMinKey.Value, """{"$minKey":1}""" },
            { BsonMaxKey.Value, """{"$maxKey":1}""" },
        };

    [Theory]
    [MemberData(nameof(IdTexts))]
    public async Task EveryTypeOfIdHasItsText(BsonValue id, string expected)
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection("shop", "orders", new BsonDocument { { "_id", id }, { "a", 1 } });
        await using var source = SomeMongo.Source(server);

        var (documents, _, isLast) = await source.PageAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Cancelled);

        Assert.Equal([(expected, """{"a":1}""")], documents);
        Assert.True(isLast);
    }

    [Fact]
    public async Task IdsOfDifferentTypesThatLookAlikeAreToldApart()
    {
        await using var server = await MongoWireServer.StartAsync();
        BsonValue[] ids =
        [
            1,
            "1",
            2,
            "3",
            true,
            "true",
            ObjectId.Parse("65a1b2c3d4e5f60718293a4b"),
            "65a1b2c3d4e5f60718293a4b",
            BsonNull.Value,
            "null",
        ];
        server.AddCollection("shop", "orders", ids.Select(id => new BsonDocument("_id", id)));
        await using var source = SomeMongo.Source(server);

        var read = await source.IdsAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Cancelled);

        Assert.Equal(
            [
                """{"$null":true}""",
                """{"$numberInt":"1"}""",
                "2",
                "1",
                "3",
                "65a1b2c3d4e5f60718293a4b",
                "null",
                "true",
                """{"$oid":"65a1b2c3d4e5f60718293a4b"}""",
                """{"$bool":true}""",
            ],
            read
        );
    }

    [Fact]
    public async Task MixedIdsComeExactlyOnceFromAnyPartitionPageAndToken()
    {
        await using var server = await MongoWireServer.StartAsync();
        await SomeBson
            .Id.HashSet[0, 60]
            .SampleAsync(
                async ids =>
                {
                    var distinct = ids.Order(BsonOrder.Instance)
                        .Aggregate(new List<BsonValue>(), (list, id) =>
                        {
                            if (list.Count == 0 || BsonOrder.Instance.Compare(list[^1], id) != 0)
                            {
                                list.Add(id);
                            }

                            return list;
                        });
                    server.AddCollection("shop", "orders", distinct.Select((id, i) => new BsonDocument { { "_id", id }, { "n", i } }));
                    await using var source = SomeMongo.Source(server);
                    var limits = new PageLimits((distinct.Count % 5) + 1, int.MaxValue);
                    var seen = new List<string>();
                    foreach (var partition in await source.PartitionAsync(4, CancellationToken.None))
                    {
                        var tokens = new List<PageToken> { PageToken.Start };
                        var pages = new List<List<string>>();
                        for (var isLast = false; !isLast;)
                        {
                            var page = await source.PageAsync(partition, tokens[^1], limits, CancellationToken.None);
                            Assert.InRange(page.Documents.Count, page.IsLast ? 0 : 1, limits.MaxDocuments);
                            pages.Add([.. page.Documents.Select(document => document.Id)]);
                            seen.AddRange(page.Documents.Select(document => document.Body));
                            tokens.Add(page.Next);
                            isLast = page.IsLast;
                        }

                        for (var i = 0; i < pages.Count; i++)
                        {
                            var rest = await source.IdsAsync(partition, tokens[i], PageLimits.Default, CancellationToken.None);
                            Assert.Equal(pages.Skip(i).SelectMany(page => page), rest);
                        }
                    }

                    Assert.Equal(Enumerable.Range(0, distinct.Count).Select(i => $$"""{"n":{{i}}}"""), seen);
                    var texts = await source.IdsAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, CancellationToken.None);
                    Assert.Equal(distinct.Count, texts.Distinct(StringComparer.Ordinal).Count());
                },
                iter: 60,
                threads: 1
            );
    }

    [Fact]
    public async Task LargeCollectionsAreDividedIntoRangesOfAboutEqualSize()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection(
            "shop",
            "orders",
            Enumerable.Range(0, 4000).Select(i => new BsonDocument("_id", ObjectId.Parse(i.ToString("x24"))))
        );
        await using var source = SomeMongo.Source(server);

        var partitions = await source.PartitionAsync(4, Cancelled);
        var sizes = new List<int>();
        foreach (var partition in partitions)
        {
            sizes.Add((await source.IdsAsync(partition, PageToken.Start, PageLimits.Default, Cancelled)).Count);
        }

        Assert.Equal(["1 of 4", "2 of 4", "3 of 4", "4 of 4"], partitions.Select(partition => partition.Name));
        Assert.Equal(4000, sizes.Sum());
        Assert.All(sizes, size => Assert.InRange(size, 500, 1500));
    }

    [Fact]
    public async Task EveryRequestReadsCommittedDataInIdOrderAndLeavesNoCursor()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection(
            "shop",
            "orders",
            Enumerable.Range(0, 1000).Select(i => new BsonDocument { { "_id", i }, { "text", new string('x', 1000) } })
        );
        await using var source = SomeMongo.Source(server);

        var ids = await source.IdsAsync(SourcePartition.All, PageToken.Start, new PageLimits(300, 100_000), Cancelled);

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => i.ToString()), ids);
        Assert.Empty(server.Cursors);
        Assert.DoesNotContain(server.Commands, command => command.Contains("getMore") || command.Contains("killCursors"));
        Assert.All(server.Commands.Where(command => command.Contains("find")), command =>
        {
            Assert.Equal("majority", command["readConcern"]["level"]);
            Assert.True(command["singleBatch"].AsBoolean);
        });
    }

    [Fact]
    public async Task BytesEndAPageToo()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection(
            "shop",
            "orders",
            Enumerable.Range(0, 100).Select(i => new BsonDocument { { "_id", i }, { "text", new string('x', 10_000) } })
        );
        await using var source = SomeMongo.Source(server);

        var (documents, _, isLast) = await source.PageAsync(SourcePartition.All, PageToken.Start, new PageLimits(1000, 50_000), Cancelled);

        Assert.Equal(5, documents.Count);
        Assert.False(isLast);
    }

    [Fact]
    public async Task AnIdTooLongForATokenDoesNotEndAPage()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection(
            "shop",
            "orders",
            Enumerable.Range(0, 10).Select(i => new BsonDocument("_id", i is 3 or 4 ? $"{i}{new string('x', 5000)}" : $"{i}"))
        );
        await using var source = SomeMongo.Source(server);
        var sizes = new List<int>();
        for (var (token, isLast) = (PageToken.Start, false); !isLast;)
        {
            var page = await source.PageAsync(SourcePartition.All, token, new PageLimits(2, int.MaxValue), Cancelled);
            Assert.InRange(page.Next.Value.Length, 0, PageToken.MaxLength);
            (token, isLast) = (page.Next, page.IsLast);
            sizes.Add(page.Documents.Count);
        }

        Assert.Equal([2, 4, 2, 2, 0], sizes);
    }

    [Fact]
    public async Task ADocumentThatIsNotBsonIsReportedAndTheRestGoesOn()
    {
        await using var server = await MongoWireServer.StartAsync();
        byte[] broken = BsonJsonWriterTests.Raw([0x10, (byte)'_', (byte)'i', (byte)'d', 0, 2, 0, 0, 0, 0x33, (byte)'x', 0]);
        server.AddCollection("shop", "orders", [new BsonDocument("_id", 1).ToBson(), broken, new BsonDocument("_id", 3).ToBson()]);
        await using var source = SomeMongo.Source(server);

        using var page = await source.ReadPageAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Cancelled);

        Assert.Equal(2, page.Count);
        Assert.Equal(["2"], page.UnreadableIds);
        Assert.True(page.IsLast);
    }

    [Theory]
    [InlineData("rubbish!")]
    [InlineData("AAAA")]
    public async Task ATokenThatIsNotOursStartsThePartitionAnew(string token)
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection("shop", "orders", new BsonDocument("_id", 1));
        await using var source = SomeMongo.Source(server);

        using var page = await source.ReadPageAsync(SourcePartition.All, new PageToken(token), PageLimits.Default, Cancelled);

        Assert.True(page.Restarts);
        Assert.Equal(1, page.Count);
    }

    [Fact]
    public async Task DocumentsWrittenDuringAReadDoNotShiftThePages()
    {
        await using var server = await MongoWireServer.StartAsync();
        var orders = server.AddCollection("shop", "orders", Enumerable.Range(0, 10).Select(i => new BsonDocument("_id", i * 10)));
        await using var source = SomeMongo.Source(server);
        var limits = new PageLimits(4, int.MaxValue);

        var first = await source.PageAsync(SourcePartition.All, PageToken.Start, limits, Cancelled);
        orders.Insert(new BsonDocument("_id", 5));
        orders.Insert(new BsonDocument("_id", 35));
        orders.Remove(0);
        orders.Remove(30);
        var rest = await source.IdsAsync(SourcePartition.All, first.Next, limits, Cancelled);

        Assert.Equal(["35", "40", "50", "60", "70", "80", "90"], rest);
    }

    [Fact]
    public async Task AServerThatFailsOnceIsAskedAgainAndOneThatGoesOnFailingIsARetry()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection("shop", "orders", new BsonDocument("_id", 1));
        await using var source = SomeMongo.Source(server);

        server.Faults.Fail("find", nth: 1, 11602, "InterruptedDueToReplStateChange", "stepping down", ["RetryableReadError"]);
        Assert.Equal(["1"], await source.IdsAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Cancelled));

        server.Faults.Clear();
        server.Faults.Fail("find", nth: 1, 11601, "Interrupted", "operation was interrupted", times: 10);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            source.ReadPageAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Cancelled)
        );
        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Equal(
            "MongoDB collection 'shop.orders': the server answers with error 11601 Interrupted: operation was interrupted.",
            failure.Message
        );
    }

    [Theory]
    [InlineData(2, "BadValue", "Unknown type name alias", true)]
    [InlineData(-1, "", "Unknown error: Unknown type: 12", true)]
    [InlineData(11601, "Interrupted", "operation was interrupted", false)]
    [InlineData(13, "Unauthorized", "not authorized", false)]
    public async Task AServerThatDoesNotKnowADeprecatedTypeHoldsNone(int code, string name, string message, bool isPassedOver)
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection("shop", "orders", new BsonDocument("_id", 1));
        await using var source = SomeMongo.Source(server);

        // One query a bracket, two and a look for strings for the one that holds a document: the fourteenth asks for DB pointers.
        server.Faults.Fail("find", nth: 14, code, name, message);
        var reading = source.IdsAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Cancelled);

        if (isPassedOver)
        {
            Assert.Equal(["1"], await reading);
        }
        else
        {
            await Assert.ThrowsAsync<ConnectorException>(() => reading);
        }

        Assert.Equal(12, server.Commands.Where(command => command.Contains("find")).ElementAt(13)["filter"]["_id"]["$type"]);
    }

    [Fact]
    public async Task AConnectionCutInMidAnswerIsARetryAndNoShortPage()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection("shop", "orders", Enumerable.Range(0, 500).Select(i => new BsonDocument("_id", i)));
        await using var source = SomeMongo.Source(server);
        server.Faults.Cut("find", nth: 1, afterBytes: 2000, times: 10);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            source.ReadPageAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Cancelled)
        );
        Assert.Equal(FailureKind.Retry, failure.Kind);

        server.Faults.Clear();
        Assert.Equal(500, (await source.IdsAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Cancelled)).Count);
    }

    [Fact]
    public async Task CancellingStopsAReadThatWaits()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection("shop", "orders", new BsonDocument("_id", 1));
        await using var source = SomeMongo.Source(server);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var never = new TaskCompletionSource();
        var arrived = server.Faults.Hold("find", nth: 1, never.Task);

        var reading = source.ReadPageAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, cancel.Token);
        await arrived;
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        never.SetResult();
    }

    [Fact]
    public async Task NothingIsEverWritten()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection("shop", "orders", Enumerable.Range(0, 50).Select(i => new BsonDocument("_id", i)));
        await using (var source = SomeMongo.Source(server, ("user", JsonValue.Create(string.Empty))))
        {
            await source.PingAsync(Cancelled);
            await source.HasChangedAsync(null, Cancelled);
            foreach (var partition in await source.PartitionAsync(3, Cancelled))
            {
                await source.IdsAsync(partition, PageToken.Start, PageLimits.Default, Cancelled);
            }
        }

        Assert.Subset(
            new HashSet<string>(
                ["ping", "listCollections", "find", "hello", "aggregate", "listIndexes", "count", "endSessions"],
                StringComparer.Ordinal
            ),
            server.Commands.Select(command => command.GetElement(0).Name).ToHashSet(StringComparer.Ordinal)
        );
    }
}
