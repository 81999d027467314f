using System.Globalization;
using MongoDB.Bson;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>
/// A change stream over one collection, as the server hands it out: batches of what was written after a token, an empty one when there is
/// nothing more, and with each the token to go on from. The first answer is empty, as a router's often is.
/// </summary>
internal sealed class MongoWireChangeStream
{
    private readonly MongoWireCollection? _collection;
    private readonly string _nameSpace;
    private readonly List<string> _fields;
    private long _position;

    private MongoWireChangeStream(MongoWireCollection? collection, string nameSpace, long position, List<string> fields)
    {
        _collection = collection;
        _nameSpace = nameSpace;
        _position = position;
        _fields = fields;
    }

    public static bool Begins(BsonDocument command) =>
        command.GetValue("pipeline", new BsonArray()) is BsonArray { Count: > 0 } pipeline
        && pipeline[0].AsBsonDocument.Contains("$changeStream");

    public static MongoWireChangeStream Open(
        MongoWireServer server,
        MongoWireCollection? collection,
        string nameSpace,
        BsonDocument command
    )
    {
        if (server.Topology == MongoWireTopology.Standalone)
        {
            throw new MongoWireException(40573, "Location40573", "The $changeStream stage is only supported on replica sets");
        }

        var stages = command["pipeline"].AsBsonArray.Select(stage => stage.AsBsonDocument).ToList();
        List<string> fields = stages switch
        {
            [_] => [],
            [_, var project] when project.Contains("$project") => [.. project["$project"].AsBsonDocument.Names],
            _ => throw new NotSupportedException("The test server knows $changeStream with one $project after it."),
        };
        long position = collection?.Changes.Count ?? 0;
        if (stages[0]["$changeStream"].AsBsonDocument.TryGetValue("resumeAfter", out var token))
        {
            position = Position(token.AsBsonDocument);
            if (position < server.FirstKeptChange)
            {
                throw new MongoWireException(
                    286,
                    "ChangeStreamHistoryLost",
                    "Resume of change stream was not possible, as the resume point may no longer be in the oplog."
                );
            }
        }

        return new MongoWireChangeStream(collection, nameSpace, position, fields);
    }

    /// <summary>The answer to the command that opened the stream.</summary>
    public BsonDocument First(long id) => Answer(id, "firstBatch", []);

    /// <summary>The answer to a getMore.</summary>
    public BsonDocument Next(long id, int batchSize)
    {
        var changes = (_collection?.Changes.ToArray() ?? []).Skip((int)_position).Take(batchSize).ToList();
        var events = changes.Select(Event).ToList();
        _position += changes.Count;
        return Answer(id, "nextBatch", events);
    }

    private static BsonDocument Token(long position) => new("_data", "82" + position.ToString("X16", CultureInfo.InvariantCulture));

    private static long Position(BsonDocument token) =>
        long.TryParse(
            token.GetValue("_data", "").AsString.AsSpan(2),
            NumberStyles.HexNumber,
            CultureInfo.InvariantCulture,
            out var position
        )
            ? position
            : throw new MongoWireException(260, "InvalidResumeToken", "The resume token is not valid");

    private BsonDocument Event((string Type, BsonValue? Id) change, int index)
    {
        var position = _position + index + 1;
        var full = new BsonDocument
        {
            { "_id", Token(position) },
            { "operationType", change.Type },
            { "clusterTime", MongoWireServer.TimeOf(position) },
            { "ns", _nameSpace },
        };
        if (change.Id is not null)
        {
            full.Add("documentKey", new BsonDocument("_id", change.Id));
        }

        return _fields.Count == 0 ? full : new BsonDocument(full.Where(element => _fields.Contains(element.Name)));
    }

    private BsonDocument Answer(long id, string batchName, IEnumerable<BsonDocument> events) =>
        new(
            "cursor",
            new BsonDocument
            {
                { batchName, new BsonArray(events) },
                { "id", id },
                { "ns", _nameSpace },
                { "postBatchResumeToken", Token(_position) },
            }
        );
}
