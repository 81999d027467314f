using MongoDB.Bson;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>What the server says it is.</summary>
internal enum MongoWireTopology
{
    /// <summary>The primary of a replica set of one.</summary>
    ReplicaSet,

    /// <summary>A server by itself.</summary>
    Standalone,

    /// <summary>The router of a sharded cluster.</summary>
    Mongos,

    /// <summary>A secondary of a replica set.</summary>
    Secondary,
}

/// <summary>An error answer.</summary>
internal sealed class MongoWireException(int code, string codeName, string message) : Exception(message)
{
    public BsonDocument Answer => MongoWireFaults.Error(code, codeName, Message);
}
