using System.Text;
using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB.Bson;
using Connectors.Sources.Databases.MongoDB.Ids;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Connectors.Sources.Databases.MongoDB;

/// <summary>
/// Reads pages of a range of ids: each from the id after the last, in <c>_id</c> order, bracket by bracket. Every request is one batch that
/// leaves no cursor behind. Partitions may be read at the same time.
/// </summary>
internal sealed class MongoPages(
    IMongoCollection<RawBsonDocument> collection,
    BsonJsonWriter writer,
    BsonDocument? projection = null,
    BsonDocument? filter = null
)
{
    private const int BadValue = 2;
    private const int FailedToParse = 9;

    // Until some are seen: of documents of any size, few are no load.
    private const int AssumedDocumentBytes = 256 * 1024;

    private volatile int _averageBytes = AssumedDocumentBytes;

    /// <summary>The plain texts of ids that belong to other documents.</summary>
    public TakenTexts Taken { get; } = new(collection);

    public async Task<SourcePage> ReadAsync(IdRange range, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        var resumed = RawId.Decode(after.Value ?? string.Empty) is { } known && IdBracket.IndexOf(known) >= 0 ? known : default(RawId?);
        using var page = new SourcePageBuilder(limits);
        var position = new PagePosition(resumed, restarts: resumed is null && !after.IsStart);
        var first = resumed is { } id ? IdBracket.IndexOf(id) : range.FirstBracket;
        for (var bracket = first; bracket <= range.LastBracket; bracket++)
        {
            if (await ReadBracketAsync(page, position, range, bracket, bracket == first ? resumed : null, limits, cancellationToken))
            {
                return Build(page, position);
            }
        }

        return page.Build(PageToken.Start, isLast: true, position.Restarts);
    }

    /// <summary>Adds the ids of a bracket that come after <paramref name="last"/>; true when the page is full, false when the bracket is at
    /// its end.</summary>
    private async Task<bool> ReadBracketAsync(
        SourcePageBuilder page,
        PagePosition position,
        IdRange range,
        int bracket,
        RawId? last,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        if (last is not null && IdBracket.All[bracket].IsSingle)
        {
            return false;
        }

        while (!position.IsEnd(page, limits) && !position.IsNearEnd(page, limits))
        {
            using var received = new ReceivedBatch();
            var batch = await ReadBatchAsync(
                received,
                range,
                bracket,
                last,
                Math.Max(limits.MaxDocuments - position.Listed, 1),
                limits.MaxBytes - page.SizeInBytes,
                cancellationToken
            );
            NoteSizes(batch);
            var taken = await TakenInAsync(bracket, batch, cancellationToken);
            using var text = new PooledBuffer(64);
            foreach (var document in batch)
            {
                if (position.IsEnd(page, limits))
                {
                    position.Keep();
                    return true;
                }

                position.Pass(Add(page, document, taken, text));
            }

            last = position.Keep();
            if (batch.Count == 0 || IdBracket.All[bracket].IsSingle)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The next batch is asked for by the size of the documents in this one.</summary>
    private void NoteSizes(List<ReadOnlyMemory<byte>> batch)
    {
        if (batch.Count > 0)
        {
            _averageBytes = Math.Max((int)(batch.Sum(document => (long)document.Length) / batch.Count), 64);
        }
    }

    private SourcePage Build(SourcePageBuilder page, PagePosition position)
    {
        var built = page.Build(position.Token, isLast: false, position.Restarts);
        if (built.Count > 0)
        {
            _averageBytes = Math.Max(built.SizeInBytes / built.Count, 64);
        }

        return built;
    }

    private async Task<List<ReadOnlyMemory<byte>>> ReadBatchAsync(
        ReceivedBatch received,
        IdRange range,
        int bracket,
        RawId? last,
        int room,
        int bytes,
        CancellationToken cancellationToken
    )
    {
        var from = bracket == range.FirstBracket ? range.From : null;
        var before = bracket == range.LastBracket ? range.Before : null;
        var size = Math.Clamp(bytes / _averageBytes, 1, room);
        var options = new FindOptions<RawBsonDocument, ReadOnlyMemory<byte>>
        {
            Sort = new BsonDocument("_id", 1),
            Projection = ProjectionTo(received),
            Limit = -size,
            BatchSize = size,
        };
        try
        {
            using var cursor = await collection.FindAsync(
                Narrowed(IdBracket.All[bracket].Filter(last, from, before)),
                options,
                cancellationToken
            );
            return await cursor.ToListAsync(cancellationToken);
        }
        catch (MongoCommandException exception) when (last is null && IdBracket.All[bracket].IsDeprecated && IsUnknownType(exception))
        {
            return [];
        }
    }

    private ProjectionDefinition<RawBsonDocument, ReadOnlyMemory<byte>> ProjectionTo(ReceivedBatch received) =>
        projection is null
            ? new ClientSideDeserializationProjectionDefinition<RawBsonDocument, ReadOnlyMemory<byte>>(received)
            : new BsonDocumentProjectionDefinition<RawBsonDocument, ReadOnlyMemory<byte>>(projection, received);

    private BsonDocument Narrowed(BsonDocument ids) => filter is null ? ids : new BsonDocument("$and", new BsonArray { ids, filter });

    private static bool IsUnknownType(MongoCommandException exception) =>
        exception.Code is BadValue or FailedToParse
        || exception.ErrorMessage?.Contains("unknown type", StringComparison.OrdinalIgnoreCase) == true;

    private RawId Add(SourcePageBuilder page, ReadOnlyMemory<byte> document, HashSet<string> taken, PooledBuffer text)
    {
        var id = RawId.Of(document);
        text.Clear();
        if (!PlainId.TryWrite(id, text) || (taken.Count > 0 && taken.Contains(Encoding.UTF8.GetString(text.WrittenSpan))))
        {
            text.Clear();
            text.Write(ExtendedJsonId.Text(id));
        }

        try
        {
            writer.WriteBody(document.Span, page.BeginRaw(text.WrittenSpan));
            page.End();
        }
        catch (BsonFormatException exception)
        {
            page.Abandon();
            page.AddUnreadable(Encoding.UTF8.GetString(text.WrittenSpan), $"The document is not valid BSON: {exception.Message}");
        }

        return id;
    }

    /// <summary>How many documents of the size met so far a page holds at most.</summary>
    public int Fitting(PageLimits limits) => Math.Clamp(limits.MaxBytes / _averageBytes, 1, limits.MaxDocuments);

    /// <summary>Adds a document that a pipeline made.</summary>
    public void AddMade(SourcePageBuilder page, ReadOnlyMemory<byte> document)
    {
        using var text = new PooledBuffer(64);
        Add(page, document, [], text);
    }

    /// <summary>Adds those of the documents with these ids that there are, as they are now.</summary>
    /// <returns>The ids, as <see cref="RawId.Encode"/>, of those that there are.</returns>
    public async Task<HashSet<string>> AddByIdAsync(
        IClientSessionHandle session,
        SourcePageBuilder page,
        BsonArray ids,
        CancellationToken cancellationToken
    )
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        using var text = new PooledBuffer(64);
        using var received = new ReceivedBatch();
        var options = new FindOptions<RawBsonDocument, ReadOnlyMemory<byte>> { Projection = ProjectionTo(received) };
        using var cursor = await collection.FindAsync(
            session,
            Narrowed(new BsonDocument("_id", new BsonDocument("$in", ids))),
            options,
            cancellationToken
        );
        while (await cursor.MoveNextAsync(cancellationToken))
        {
            var batch = cursor.Current.ToList();
            var taken = await Taken.FindAsync(session, batch.ConvertAll(RawId.Of), cancellationToken);
            foreach (var document in batch)
            {
                var id = Add(page, document, taken, text);
                found.Add(id.Encode());
                _averageBytes = Math.Max(((_averageBytes * 15) + document.Length) / 16, 64);
            }
        }

        return found;
    }

    private async Task<HashSet<string>> TakenInAsync(int bracket, List<ReadOnlyMemory<byte>> batch, CancellationToken cancellationToken) =>
        bracket == IdBracket.Strings || batch.Count == 0 || !await Taken.MayHaveAnyAsync(cancellationToken)
            ? []
            : await Taken.FindAsync(session: null, batch.ConvertAll(RawId.Of), cancellationToken);
}
