using System.Text.Json;
using System.Text.Json.Nodes;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Connectors.Sources.Databases.MongoDB;

/// <summary>
/// A token that stays equal only if nobody wrote to the collection: the server process and its count of writes. There is none where the
/// count is not reliable: several servers behind a router, a secondary, a view, documents that expire, a missing privilege.
/// </summary>
internal sealed class MongoServerInfo(IMongoClient client, MongoConfiguration configuration)
{
    private static readonly string[] StorageCounters = ["insert calls", "update calls", "modify calls", "remove calls", "truncate calls"];

    private readonly IMongoDatabase _database = client.GetDatabase(configuration.Database);

    /// <summary>The facts as text, <see langword="null"/> when there are none to trust, and the number of documents when it is
    /// known.</summary>
    public async Task<(string? ChangeToken, long? Documents)> ReadAsync(CancellationToken cancellationToken)
    {
        long? documents = null;
        try
        {
            var collection = await CollectionAsync(_database, configuration.Collection, cancellationToken);
            if (collection is null || collection.GetValue("type", string.Empty) != "collection")
            {
                return (null, null);
            }

            using var session = await client.StartSessionAsync(new ClientSessionOptions { CausalConsistency = true }, cancellationToken);
            var before = await ServerAsync(session, cancellationToken);
            var stats = await StatsAsync(session, cancellationToken);
            documents = stats is not null && stats.TryGetValue("count", out var count) && count.IsNumeric ? count.ToInt64() : null;
            if (before is null || stats is null || documents is null || await ExpiresAsync(session, collection, cancellationToken))
            {
                return (null, documents);
            }

            await WaitUntilVisibleAsync(session, cancellationToken);

            // A failover between the questions would mix the counts of two servers.
            return JsonNode.DeepEquals(before, await ServerAsync(session, cancellationToken))
                ? (ChangeToken(before, collection, stats, documents.Value), documents)
                : (null, documents);
        }
        catch (Exception exception)
            when (exception
                    is MongoCommandException
                        or MongoClientException
                        or NotSupportedException
                        or KeyNotFoundException
                        or InvalidCastException
            )
        {
            // A missing privilege, a server without sessions, or one that answers in another way than MongoDB's.
            return (null, documents);
        }
    }

    /// <summary>What listCollections tells about one collection; <see langword="null"/> when it isn't there.</summary>
    public static async Task<BsonDocument?> CollectionAsync(IMongoDatabase database, string name, CancellationToken cancellationToken)
    {
        var options = new ListCollectionsOptions { Filter = new BsonDocument("name", name) };
        using var cursor = await database.ListCollectionsAsync(options, cancellationToken);
        return await cursor.FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>What was counted must be visible to the majority reads that follow: a majority read in the same session waits for it
    /// (afterClusterTime).</summary>
    private async Task WaitUntilVisibleAsync(IClientSessionHandle session, CancellationToken cancellationToken)
    {
        var collection = _database
            .GetCollection<RawBsonDocument>(configuration.Collection)
            .WithReadConcern(ReadConcern.Majority)
            .WithReadPreference(ReadPreference.Primary);
        var options = new FindOptions<RawBsonDocument> { Limit = -1, Projection = new BsonDocument("_id", 1) };
        using var cursor = await collection.FindAsync(session, new BsonDocument(), options, cancellationToken);
    }

    private async Task<JsonObject?> ServerAsync(IClientSessionHandle session, CancellationToken cancellationToken)
    {
        if (client.Settings.ReadPreference.ReadPreferenceMode != ReadPreferenceMode.Primary)
        {
            return null;
        }

        var hello = await client
            .GetDatabase("admin")
            .RunCommandAsync<BsonDocument>(session, new BsonDocument("hello", 1), ReadPreference.Primary, cancellationToken);
        var isAlone = hello.GetValue("msg", string.Empty) != "isdbgrid" && hello.GetValue("isWritablePrimary", false).ToBoolean();
        var process = hello.GetValue("topologyVersion", new BsonDocument()) is BsonDocument version
            ? version.GetValue("processId", BsonNull.Value)
            : BsonNull.Value;
        return isAlone && process.IsObjectId
            ? new JsonObject
            {
                ["process"] = process.ToString(),
                ["host"] = hello.GetValue("me", string.Empty).ToString(),
                ["election"] = hello.GetValue("electionId", string.Empty).ToString(),
            }
            : null;
    }

    private async Task<BsonDocument?> StatsAsync(IClientSessionHandle session, CancellationToken cancellationToken)
    {
        var stage = new BsonDocument(
            "$collStats",
            new BsonDocument
            {
                { "latencyStats", new BsonDocument() },
                { "count", new BsonDocument() },
                { "storageStats", new BsonDocument() },
            }
        );
        PipelineDefinition<BsonDocument, BsonDocument> pipeline = new[] { stage };
        using var cursor = await _database
            .GetCollection<BsonDocument>(configuration.Collection)
            .WithReadConcern(ReadConcern.Local)
            .WithReadPreference(ReadPreference.Primary)
            .AggregateAsync(session, pipeline, options: null, cancellationToken);
        var stats = await cursor.ToListAsync(cancellationToken);
        return stats is [var item] && !item.Contains("shard") ? item : null;
    }

    private async Task<bool> ExpiresAsync(IClientSessionHandle session, BsonDocument collection, CancellationToken cancellationToken)
    {
        if (collection.GetValue("options", new BsonDocument()).AsBsonDocument.Contains("expireAfterSeconds"))
        {
            return true;
        }

        using var cursor = await _database
            .GetCollection<BsonDocument>(configuration.Collection)
            .Indexes.ListAsync(session, cancellationToken);
        return (await cursor.ToListAsync(cancellationToken)).Exists(index => index.Contains("expireAfterSeconds"));
    }

    private string? ChangeToken(JsonObject server, BsonDocument collection, BsonDocument stats, long documents)
    {
        var uuid = collection["info"].AsBsonDocument.GetValue("uuid", BsonNull.Value);
        var latency = stats["latencyStats"].AsBsonDocument;
        if (!uuid.IsBsonBinaryData)
        {
            return null;
        }

        var mark = new JsonObject
        {
            ["collection"] = $"{configuration.Database}.{configuration.Collection}",
            ["uuid"] = Convert.ToHexStringLower(uuid.AsBsonBinaryData.Bytes),
            ["server"] = server.DeepClone(),
            ["documents"] = documents,
            ["writes"] = latency["writes"]["ops"].ToInt64(),
            ["transactions"] = latency.TryGetValue("transactions", out var transactions) ? transactions["ops"].ToInt64() : 0,
            ["dates"] = configuration.Dates.ToString(),
        };

        // The storage engine also counts what latencyStats leaves out: applied oplog entries, documents that expired, migrated chunks.
        if (
            stats.GetValue("storageStats", BsonNull.Value) is BsonDocument storage
            && storage.GetValue("wiredTiger", BsonNull.Value) is BsonDocument engine
            && engine.GetValue("cursor", BsonNull.Value) is BsonDocument cursor
        )
        {
            mark["storage"] = new JsonArray([
                .. StorageCounters.Select(name => (JsonNode)(cursor.TryGetValue(name, out var calls) ? calls.ToInt64() : -1)),
            ]);
        }

        return mark.ToJsonString(JsonSerializerOptions.Default);
    }
}
