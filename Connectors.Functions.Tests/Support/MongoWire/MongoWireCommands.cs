using System.Buffers;
using MongoDB.Bson;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>Carries commands out and writes their answers. One per connection, because a login belongs to a connection.</summary>
internal sealed class MongoWireCommands(MongoWireServer server)
{
    private readonly MongoWireLogin _login = new(server);

    /// <summary>Writes one BSON document, the answer, to <paramref name="to"/>.</summary>
    public async Task AnswerAsync(
        string name,
        BsonDocument command,
        BsonDocument? error,
        ArrayBufferWriter<byte> to,
        CancellationToken cancellationToken
    )
    {
        var isHandshake = name is "hello" or "isMaster" or "ismaster";
        if (!isHandshake && server.RecordsCommands)
        {
            server.Commands.Enqueue(command);
        }

        if (isHandshake && error is null && command.TryGetValue("maxAwaitTimeMS", out var wait) && command.Contains("topologyVersion"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(wait.ToInt32()), TimeProvider.System, cancellationToken);
        }

        var start = to.WrittenCount;
        try
        {
            if (error is not null)
            {
                to.Write(error.ToBson());
            }
            else if (!isHandshake && name != "endSessions" && server.Gate is { } gate && !gate())
            {
                throw new MongoWireException(11601, "Interrupted", "operation was interrupted");
            }
            else if (!isHandshake && !_login.IsDone && name is not ("saslStart" or "saslContinue"))
            {
                throw new MongoWireException(13, "Unauthorized", $"Command {name} requires authentication");
            }
            else if (!TryAnswerWithCursor(name, command, to))
            {
                var answer = Answer(name, command);
                to.Write(answer.AddRange(Tail().Where(element => !answer.Contains(element.Name))).ToBson());
            }
        }
        catch (MongoWireException exception)
        {
            Rewind(to, start);
            to.Write(exception.Answer.ToBson());
        }
        catch (NotSupportedException exception)
        {
            Rewind(to, start);
            to.Write(MongoWireFaults.Error(9, "FailedToParse", exception.Message).ToBson());
        }
    }

    private static void Rewind(ArrayBufferWriter<byte> to, int start)
    {
        var kept = to.WrittenSpan[..start].ToArray();
        to.ResetWrittenCount();
        to.Write(kept);
    }

    private bool TryAnswerWithCursor(string name, BsonDocument command, ArrayBufferWriter<byte> to)
    {
        var database = command.GetValue("$db", "admin").AsString;
        if (name == "getMore")
        {
            var id = command["getMore"].ToInt64();
            if (server.ChangeStreams.TryGetValue(id, out var stream))
            {
                to.Write(stream.Next(id, command.GetValue("batchSize", 101).ToInt32()).AddRange(Tail()).ToBson());
                return true;
            }

            var cursor = server.Cursors.GetValueOrDefault(id)
                ?? throw new MongoWireException(43, "CursorNotFound", $"cursor id {id} not found");
            Write(cursor, "nextBatch", command.GetValue("batchSize", int.MaxValue).ToInt32(), isSingle: false, to);
            return true;
        }

        if (name is not ("find" or "aggregate" or "listCollections" or "listIndexes"))
        {
            return false;
        }

        var target = command[name];
        var collection = target.IsString ? server.Find(database, target.AsString) : null;
        if (name == "aggregate" && MongoWireChangeStream.Begins(command))
        {
            var id = server.NextCursorId();
            var stream = server.ChangeStreams[id] = MongoWireChangeStream.Open(server, collection, $"{database}.{target}", command);
            to.Write(stream.First(id).AddRange(Tail()).ToBson());
            return true;
        }

        var documents = name switch
        {
            "find" => MongoWireQueries.Find(collection, command),
            "aggregate" => MongoWireQueries.Aggregate(server, collection, command),
            "listCollections" => Encode(server.Collections(database).Where(IsWanted).Select(MongoWireInfo.Collection)),
            _ => Encode(
                MongoWireInfo.Indexes(
                    collection ?? throw new MongoWireException(26, "NamespaceNotFound", $"ns does not exist: {database}.{target}")
                )
            ),
        };
        var batchSize = (name == "find" ? command : command.GetValue("cursor", new BsonDocument()).AsBsonDocument)
            .GetValue("batchSize", 101)
            .ToInt32();
        var isSingle = command.GetValue("singleBatch", false).ToBoolean();
        Write(new MongoWireCursor(server.NextCursorId(), $"{database}.{target}", documents), "firstBatch", batchSize, isSingle, to);
        return true;

        bool IsWanted(MongoWireCollection item) =>
            !command.TryGetValue("filter", out var filter)
            || !filter.AsBsonDocument.TryGetValue("name", out var wanted)
            || wanted == item.Name;
    }

    private static IEnumerator<ReadOnlyMemory<byte>> Encode(IEnumerable<BsonDocument> documents)
    {
        foreach (var document in documents)
        {
            yield return document.ToBson();
        }
    }

    private void Write(MongoWireCursor cursor, string batchName, int batchSize, bool isSingle, ArrayBufferWriter<byte> to)
    {
        if (cursor.WriteBatch(to, batchName, batchSize, isSingle, Tail()))
        {
            server.Cursors[cursor.Id] = cursor;
        }
        else
        {
            server.Cursors.TryRemove(cursor.Id, out _);
            cursor.Dispose();
        }
    }

    private BsonDocument Answer(string name, BsonDocument command)
    {
        var database = command.GetValue("$db", "admin").AsString;
        switch (name)
        {
            case "hello" or "isMaster" or "ismaster":
                return MongoWireInfo.Hello(server);
            case "ping" or "endSessions":
                return [];
            case "buildInfo" or "buildinfo":
                return new BsonDocument
                {
                    { "version", "8.0.4" },
                    {
                        "versionArray",
                        new BsonArray { 8, 0, 4, 0 }
                    },
                };
            case "saslStart":
                return _login.Start(command);
            case "saslContinue":
                return _login.Continue(command);
            case "listDatabases":
                return new BsonDocument("databases", new BsonArray(server.Databases.Select(item => new BsonDocument("name", item))));
            case "killCursors":
                var killed = command["cursors"]
                    .AsBsonArray.Where(id =>
                        server.Cursors.TryRemove(id.ToInt64(), out _) | server.ChangeStreams.TryRemove(id.ToInt64(), out _)
                    )
                    .ToList();
                return new BsonDocument("cursorsKilled", new BsonArray(killed));
            case "count":
                var found = MongoWireQueries.Find(
                    server.Find(database, command["count"].AsString),
                    new BsonDocument("filter", command.GetValue("query", new BsonDocument()))
                );
                var count = 0;
                while (found.MoveNext())
                {
                    count++;
                }

                return new BsonDocument("n", count);
            case "collStats":
                var collection = server.Find(database, command["collStats"].AsString);
                return new BsonDocument { { "ns", $"{database}.{command["collStats"]}" }, { "count", collection?.Count ?? 0 } };
            default:
                throw new MongoWireException(59, "CommandNotFound", $"no such command: '{name}'");
        }
    }

    private BsonDocument Tail()
    {
        var tail = new BsonDocument("ok", 1.0);
        if (server.Topology is MongoWireTopology.ReplicaSet or MongoWireTopology.Secondary)
        {
            tail.Add("operationTime", server.Time);
        }

        return tail;
    }
}
