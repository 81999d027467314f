using MongoDB.Bson;
using MongoDB.Driver;
using Xunit;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>The test server against the real driver.</summary>
public sealed class MongoWireServerTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheDriverReadsInBatchesWithFilterSortAndLimit()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection("db", "c", Enumerable.Range(0, 1000).Select(i => new BsonDocument { { "_id", i }, { "parity", i % 2 } }));
        using var client = new MongoClient(server.ConnectionString);
        var collection = client.GetDatabase("db").GetCollection<BsonDocument>("c");

        var options = new FindOptions<BsonDocument>
        {
            Sort = new BsonDocument("_id", 1),
            Limit = 300,
            BatchSize = 7,
            Projection = new BsonDocument("_id", 1),
        };
        using var cursor = await collection.FindAsync(
            new BsonDocument
            {
                {
                    "_id",
                    new BsonDocument { { "$gt", 9 }, { "$lt", 900L } }
                },
                { "parity", 1 },
            },
            options,
            Cancelled
        );
        var found = await cursor.ToListAsync(Cancelled);

        Assert.Equal(Enumerable.Range(0, 300).Select(i => new BsonDocument("_id", 11 + (2 * i))), found);
        Assert.Contains(server.Commands, command => command.Contains("getMore"));
        Assert.Empty(server.Cursors);
    }

    [Fact]
    public async Task ALoginIsAskedForAndChecked()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.Login = ("reader", "pencil");
        server.AddCollection("db", "c", new BsonDocument("_id", 1));

        using var right = new MongoClient($"mongodb://reader:pencil@{server.Host}/?authSource=admin");
        Assert.Equal(
            1,
            await right.GetDatabase("db").GetCollection<BsonDocument>("c").CountDocumentsAsync(new BsonDocument(), null, Cancelled)
        );
        using var wrong = new MongoClient($"mongodb://reader:crayon@{server.Host}/?authSource=admin");
        await Assert.ThrowsAsync<MongoAuthenticationException>(() =>
            wrong.GetDatabase("db").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), null, Cancelled)
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task ACutConnectionIsAnErrorForTheDriver(int afterBytes)
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection("db", "c", Enumerable.Range(0, 500).Select(i => new BsonDocument("_id", i)));
        server.Faults.Cut("getMore", nth: 1, afterBytes);
        using var client = new MongoClient(server.ConnectionString);

        using var cursor = await client.GetDatabase("db").GetCollection<BsonDocument>("c").FindAsync(new BsonDocument(), null, Cancelled);

        await Assert.ThrowsAsync<MongoConnectionException>(() => cursor.ToListAsync(Cancelled));
    }

    [Fact]
    public void ValuesSortAsTheServerSortsThem()
    {
        BsonValue[] sorted =
        [
            BsonMinKey.Value,
            BsonNull.Value,
            double.NaN,
            double.NegativeInfinity,
            -1,
            0.5,
            1L,
            Decimal128.Parse("1.5"),
            9007199254740992.0,
            9007199254740993L,
            Decimal128.Parse("1E+40"),
            double.PositiveInfinity,
            string.Empty,
            "A",
            "a",
            new BsonDocument(),
            new BsonDocument("a", 1),
            new BsonDocument("a", "x"),
            new BsonBinaryData([9]),
            new BsonBinaryData([1, 2]),
            new ObjectId(),
            false,
            true,
            new BsonDateTime(-1),
            new BsonDateTime(1),
            new BsonTimestamp(1),
            BsonMaxKey.Value,
        ];
        for (var i = 0; i < sorted.Length; i++)
        {
            for (var j = 0; j < sorted.Length; j++)
            {
                Assert.Equal(i.CompareTo(j), Math.Sign(BsonOrder.Instance.Compare(sorted[i], sorted[j])));
            }
        }

        Assert.Equal(0, BsonOrder.Instance.Compare(1, Decimal128.Parse("1.0")));
    }
}
