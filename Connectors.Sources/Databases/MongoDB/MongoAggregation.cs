using System.Globalization;
using System.IO.Hashing;
using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB.Bson;
using Connectors.Sources.Databases.MongoDB.Ids;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Connectors.Sources.Databases.MongoDB;

/// <summary>
/// Reads the documents that a pipeline makes, in the order of their ids. The result is one stream: pages are cut from an open cursor, and a
/// sync that goes on elsewhere runs the pipeline again and passes over what it had, provided that the very same ids come in the same order;
/// otherwise it begins anew, so that a changed result can't hide a document. One reader at a time.
/// </summary>
internal sealed class MongoAggregation(IMongoCollection<RawBsonDocument> collection, MongoRules rules, MongoPages pages) : IDisposable
{
    private Reading? _open;

    public async Task<SourcePage> ReadAsync(PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        using var page = new SourcePageBuilder(limits);
        var (reading, restarts) = await ContinueAsync(after, limits, cancellationToken);
        try
        {
            while (!page.IsFull)
            {
                if (!await reading.MoveNextAsync(cancellationToken))
                {
                    Close();
                    return page.Build(PageToken.Start, isLast: true, restarts);
                }

                pages.AddMade(page, reading.Current);
            }

            return page.Build(reading.Token, isLast: false, restarts);
        }
        catch
        {
            Close();
            throw;
        }
    }

    public void Dispose() => Close();

    private async Task<(Reading Reading, bool Restarts)> ContinueAsync(
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        if (_open is { } open && open.Token == after)
        {
            return (open, false);
        }

        Close();
        _open = await OpenAsync(limits, cancellationToken);
        if (after.IsStart || await _open.SkipToAsync(after, cancellationToken))
        {
            return (_open, false);
        }

        Close();
        _open = await OpenAsync(limits, cancellationToken);
        return (_open, true);
    }

    private async Task<Reading> OpenAsync(PageLimits limits, CancellationToken cancellationToken)
    {
        PipelineDefinition<RawBsonDocument, RawBsonDocument> pipeline = (BsonDocument[])
            [.. rules.Pipeline!, new BsonDocument("$sort", new BsonDocument("_id", 1))];
        var options = new AggregateOptions
        {
            AllowDiskUse = true,
            BatchSize = limits.MaxDocuments,
            Let = rules.Variables,
        };
        return new Reading(await collection.AggregateAsync(pipeline, options, cancellationToken));
    }

    private void Close()
    {
        _open?.Dispose();
        _open = null;
    }

    /// <summary>A run of the pipeline, with a running hash of the ids that it has given.</summary>
    private sealed class Reading(IAsyncCursor<RawBsonDocument> cursor) : IDisposable
    {
        private IEnumerator<RawBsonDocument>? _batch;
        private long _count;
        private ulong _hash;

        public ReadOnlyMemory<byte> Current { get; private set; }

        public PageToken Token =>
            _count == 0 ? PageToken.Start : new PageToken(string.Create(CultureInfo.InvariantCulture, $"{_count}:{_hash:x16}"));

        public async Task<bool> MoveNextAsync(CancellationToken cancellationToken)
        {
            while (_batch is null || !_batch.MoveNext())
            {
                _batch?.Dispose();
                _batch = null;
                if (!await cursor.MoveNextAsync(cancellationToken))
                {
                    return false;
                }

                _batch = cursor.Current.GetEnumerator();
            }

            using (_batch.Current)
            {
                Current = _batch.Current.ToBson();
            }

            _count++;
            _hash = XxHash3.HashToUInt64(System.Text.Encoding.ASCII.GetBytes(IdOf(Current).Encode()), unchecked((long)_hash));
            return true;
        }

        public async Task<bool> SkipToAsync(PageToken token, CancellationToken cancellationToken)
        {
            var separator = token.Value.IndexOf(':', StringComparison.Ordinal);
            if (separator < 0 || !long.TryParse(token.Value.AsSpan(0, separator), CultureInfo.InvariantCulture, out var count))
            {
                return false;
            }

            while (_count < count)
            {
                if (!await MoveNextAsync(cancellationToken))
                {
                    return false;
                }
            }

            return Token == token;
        }

        public void Dispose()
        {
            _batch?.Dispose();
            cursor.Dispose();
        }

        private static RawId IdOf(ReadOnlyMemory<byte> document)
        {
            try
            {
                return RawId.Of(document);
            }
            catch (BsonFormatException)
            {
                throw new ConnectorException(
                    "aggregate.pipeline: it makes documents without _id. Keep _id, or set it to what the document is to be known by in "
                        + "the index."
                );
            }
        }
    }
}
