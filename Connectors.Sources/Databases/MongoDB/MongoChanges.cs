using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB.Ids;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Connectors.Sources.Databases.MongoDB;

/// <summary>
/// What changed in a collection, by a change stream. The stream tells which ids to look at; the documents are then read as they are, in the
/// same causally consistent session, so that an id that is not found is gone. Every page opens a stream of its own and closes it, so a sync
/// can go on in any process.
/// </summary>
internal sealed class MongoChanges(IMongoClient client, IMongoCollection<RawBsonDocument> collection, MongoPages pages)
{
    private const int IdsAtOnce = 100;

    /// <summary>How long the server may wait for changes that are on their way to it before it says that there are none.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Small events: the documents themselves could be larger than an event may be.</summary>
    private static readonly BsonDocument[] WhatCounts =
    [
        new(
            "$project",
            new BsonDocument
            {
                { "_id", 1 },
                { "operationType", 1 },
                { "documentKey", 1 },
                { "clusterTime", 1 },
            }
        ),
    ];

    private bool? _isMixed;

    /// <summary>Where the collection is now.</summary>
    public async Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken)
    {
        using var session = await StartAsync(cancellationToken);
        using var stream = await WatchAsync(session, resume: null, batchSize: 1, cancellationToken);
        await stream.MoveNextAsync(cancellationToken);
        return stream.GetResumeToken() is { } token
            ? new ChangeStart(new ChangeStreamPosition(token, null).ToString())
            : new ChangeStart(null, "The server's change streams have no place to begin at.");
    }

    /// <summary>Reads a page.</summary>
    public async Task<ChangePage> ReadAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        if (ChangeStreamPosition.Parse(after.IsStart ? cursor : after.Value) is not { } position)
        {
            return ChangePage.Expired("The stored place in the change stream can't be read.");
        }

        using var session = await StartAsync(cancellationToken);
        var size = pages.Fitting(limits);
        using var stream = await WatchAsync(session, position.Resume, size, cancellationToken);
        position = position with { Until = position.Until ?? session.OperationTime };
        var events = new List<BsonDocument>();
        var isEnd = await CollectAsync(stream, events, size, position.Until, cancellationToken);
        if (events.Find(change => !change.Contains("documentKey")) is { } other)
        {
            return ChangePage.Expired(
                $"The collection was dropped, renamed or made again ('{other.GetValue("operationType", "invalidate")}')."
            );
        }

        using var page = new SourcePageBuilder(limits);
        var deleted = new List<string>();
        var done = await LookUpAsync(session, page, events, deleted, cancellationToken);
        var isLast = isEnd && done == events.Count;
        var next = position with
        {
            Resume = done < events.Count ? events[done - 1]["_id"].AsBsonDocument : stream.GetResumeToken() ?? position.Resume,
        };
        return new ChangePage(page.Build(new PageToken(next.ToString()), isLast), deleted, (next with { Until = null }).ToString());
    }

    private Task<IClientSessionHandle> StartAsync(CancellationToken cancellationToken) =>
        client.StartSessionAsync(new ClientSessionOptions { CausalConsistency = true }, cancellationToken);

    private Task<IChangeStreamCursor<BsonDocument>> WatchAsync(
        IClientSessionHandle session,
        BsonDocument? resume,
        int batchSize,
        CancellationToken cancellationToken
    )
    {
        PipelineDefinition<ChangeStreamDocument<RawBsonDocument>, BsonDocument> pipeline = WhatCounts;
        return collection.WatchAsync(
            session,
            pipeline,
            new ChangeStreamOptions
            {
                ResumeAfter = resume,
                BatchSize = batchSize,
                MaxAwaitTime = Patience,
            },
            cancellationToken
        );
    }

    /// <summary>Takes events until there are enough; true when there are none left that happened before <paramref name="until"/>.</summary>
    private static async Task<bool> CollectAsync(
        IChangeStreamCursor<BsonDocument> stream,
        List<BsonDocument> events,
        int size,
        BsonTimestamp? until,
        CancellationToken cancellationToken
    )
    {
        // The first answer may be empty because the server has only just begun to look.
        for (var answers = 0; events.Count < size; answers++)
        {
            if (!await stream.MoveNextAsync(cancellationToken))
            {
                return true;
            }

            var count = events.Count;
            events.AddRange(stream.Current);
            if (
                events.Count == count
                    ? answers > 0
                    : until is not null && events[^1].GetValue("clusterTime", BsonNull.Value) is BsonTimestamp at && at >= until
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Looks the documents of the events up, as many as the page takes.</summary>
    /// <returns>How many events are done with.</returns>
    private async Task<int> LookUpAsync(
        IClientSessionHandle session,
        SourcePageBuilder page,
        List<BsonDocument> events,
        List<string> deleted,
        CancellationToken cancellationToken
    )
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        var done = 0;
        while (done < events.Count && !page.IsFull)
        {
            var chunk = events.GetRange(done, Math.Min(IdsAtOnce, events.Count - done));
            var ids = new BsonArray();
            var wanted = new List<RawId>();
            foreach (var key in chunk.Select(change => change["documentKey"].AsBsonDocument))
            {
                // What is read now is later than every event at hand, so an id is looked up once.
                var id = RawId.Of(key.ToBson());
                if (known.Add(id.Encode()))
                {
                    wanted.Add(id);
                    ids.Add(key["_id"]);
                }
            }

            if (wanted.Count > 0)
            {
                var found = await pages.AddByIdAsync(session, page, ids, cancellationToken);
                await AddGoneAsync(session, wanted.FindAll(id => !found.Contains(id.Encode())), deleted, cancellationToken);
            }

            done += chunk.Count;
        }

        return done;
    }

    private async Task AddGoneAsync(
        IClientSessionHandle session,
        List<RawId> gone,
        List<string> deleted,
        CancellationToken cancellationToken
    )
    {
        if (gone.Exists(IsString) && await IsMixedAsync(session, cancellationToken))
        {
            // Another document's plain text may be this very string, and its document be in the index under it: left to the next full sync.
            gone = gone.FindAll(id => !IsString(id));
        }

        var taken = await pages.Taken.FindAsync(session, gone, cancellationToken);
        deleted.AddRange(gone.Select(id => TakenTexts.TextOf(id, taken)));
    }

    private static bool IsString(RawId id) => IdBracket.IndexOf(id) == IdBracket.Strings;

    /// <summary>Whether the collection holds, or may have held a moment ago, ids of other types beside strings: the first and the last id
    /// tell.</summary>
    private async Task<bool> IsMixedAsync(IClientSessionHandle session, CancellationToken cancellationToken)
    {
        if (_isMixed is null)
        {
            var (first, last) = (await OutermostAsync(session, 1, cancellationToken), await OutermostAsync(session, -1, cancellationToken));
            _isMixed = first is { IsString: false } || last is { IsString: false };
        }

        return _isMixed.Value;
    }

    private async Task<BsonValue?> OutermostAsync(IClientSessionHandle session, int direction, CancellationToken cancellationToken)
    {
        var options = new FindOptions<RawBsonDocument, BsonDocument>
        {
            Sort = new BsonDocument("_id", direction),
            Limit = -1,
            Projection = new BsonDocument("_id", 1),
        };
        using var cursor = await collection.FindAsync<BsonDocument>(session, new BsonDocument(), options, cancellationToken);
        return (await cursor.FirstOrDefaultAsync(cancellationToken))?["_id"];
    }
}
