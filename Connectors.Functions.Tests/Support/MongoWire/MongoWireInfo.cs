using MongoDB.Bson;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>What the server tells about itself: hello, listCollections, $collStats and the like.</summary>
internal static class MongoWireInfo
{
    public static BsonDocument Hello(MongoWireServer server)
    {
        var isPrimary = server.Topology != MongoWireTopology.Secondary;
        var hello = new BsonDocument
        {
            { "helloOk", true },
            { "ismaster", isPrimary },
            { "isWritablePrimary", isPrimary },
        };
        switch (server.Topology)
        {
            case MongoWireTopology.Mongos:
                hello.Add("msg", "isdbgrid");
                break;
            case MongoWireTopology.ReplicaSet or MongoWireTopology.Secondary:
                hello.AddRange(
                    new BsonDocument
                    {
                        { "setName", server.SetName },
                        { "setVersion", 1 },
                        { "secondary", !isPrimary },
                        {
                            "hosts",
                            new BsonArray { server.Host }
                        },
                        { "me", server.Host },
                    }
                );
                if (isPrimary)
                {
                    hello.AddRange(new BsonDocument { { "primary", server.Host }, { "electionId", server.ElectionId } });
                }

                break;
        }

        if (server.Login is not null)
        {
            hello.Add("saslSupportedMechs", new BsonArray { "SCRAM-SHA-256" });
        }

        return hello.AddRange(
            new BsonDocument
            {
                {
                    "topologyVersion",
                    new BsonDocument { { "processId", server.ProcessId }, { "counter", 6L } }
                },
                { "maxBsonObjectSize", 16 * 1024 * 1024 },
                { "maxMessageSizeBytes", 48_000_000 },
                { "maxWriteBatchSize", 100_000 },
                { "localTime", new BsonDateTime(1_700_000_000_000) },
                { "logicalSessionTimeoutMinutes", 30, server.HasSessions },
                { "connectionId", 1 },
                { "minWireVersion", 0 },
                { "maxWireVersion", server.MaxWireVersion },
                { "readOnly", false },
                { "ok", 1.0 },
            }
        );
    }

    public static BsonDocument CollStats(MongoWireServer server, MongoWireCollection? collection, BsonDocument options)
    {
        if (collection is null)
        {
            throw new MongoWireException(26, "NamespaceNotFound", "Collection not found for $collStats stage");
        }

        if (collection.Type == "view")
        {
            throw new MongoWireException(166, "CommandNotSupportedOnView", "$collStats stage is not supported on a view");
        }

        var stats = new BsonDocument
        {
            { "ns", $"{collection.Database}.{collection.Name}" },
            { "host", server.Host },
            { "localTime", new BsonDateTime(0) },
        };
        if (options.Contains("count"))
        {
            stats.Add("count", collection.Count);
        }

        if (options.Contains("storageStats"))
        {
            stats.Add(
                "storageStats",
                new BsonDocument { { "count", collection.Count }, { "size", collection.Sorted.Sum(item => (long)item.Bson.Length) } }.Add(
                    "wiredTiger",
                    new BsonDocument(
                        "cursor",
                        new BsonDocument { { "insert calls", collection.WriteOperations }, { "remove calls", collection.Expired } }
                    )
                )
            );
        }

        if (options.Contains("latencyStats"))
        {
            stats.Add(
                "latencyStats",
                new BsonDocument
                {
                    { "reads", Operations(7) },
                    { "writes", Operations(collection.WriteOperations) },
                    { "commands", Operations(3) },
                    { "transactions", Operations(collection.Transactions) },
                }
            );
        }

        return stats;
    }

    public static BsonDocument Collection(MongoWireCollection collection)
    {
        var info = new BsonDocument("readOnly", collection.Type == "view");
        if (collection.Type == "collection")
        {
            info.Add("uuid", new BsonBinaryData(collection.Uuid, GuidRepresentation.Standard));
        }

        return new BsonDocument
        {
            { "name", collection.Name },
            { "type", collection.Type },
            { "options", collection.Options },
            { "info", info },
        };
    }

    public static IEnumerable<BsonDocument> Indexes(MongoWireCollection collection)
    {
        yield return new BsonDocument
        {
            { "v", 2 },
            { "key", new BsonDocument("_id", 1) },
            { "name", "_id_" },
        };
        if (collection.HasTtlIndex)
        {
            yield return new BsonDocument
            {
                { "v", 2 },
                { "key", new BsonDocument("at", 1) },
                { "name", "at_1" },
                { "expireAfterSeconds", 60 },
            };
        }
    }

    private static BsonDocument Operations(long count) => new() { { "latency", count * 100 }, { "ops", count } };
}
