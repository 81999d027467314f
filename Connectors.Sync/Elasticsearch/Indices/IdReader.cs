using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch.Calls;
using Connectors.Sync.Engine;
using Connectors.Sync.Retries;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Elasticsearch.Indices;

/// <summary>Reads id and version of every document of an index, over a point in time, in slices side by side.</summary>
internal sealed class IdReader(ElasticsearchCalls calls, ILogger logger, long documentsPerSlice)
{
    private const string Answer =
        "pit_id,timed_out,_shards.failed,hits.total,hits.hits._id,hits.hits.sort,hits.hits._source._timestamp,hits.hits.fields._digest";
    private const int MaxSlices = 4;

    // An id has at most 512 bytes, each perhaps escaped; with the version and the place in the order that is less.
    private const int MaxHitBytes = 4 * 1024;

    /// <summary>Reads them all; from the beginning again when a node that was asked leaves meanwhile.</summary>
    public async Task ReadAsync(string index, Func<IdReceiver> begin, CancellationToken cancellationToken)
    {
        BackoffClock? clock = null;
        while (true)
        {
            try
            {
                await ReadOnceAsync(index, begin(), cancellationToken);
                return;
            }
            catch (BrokenOffException broken)
            {
                clock ??= calls.NewClock();
                if (!await calls.PauseAsync(clock, broken.Message, nameof(IdReader), retryAfter: null, cancellationToken))
                {
                    throw broken.Failure;
                }
            }
        }
    }

    private async Task ReadOnceAsync(string index, IdReceiver receive, CancellationToken cancellationToken)
    {
        if (await IndexInfo.ReadAsync(calls, index, cancellationToken) is not { } info)
        {
            return;
        }

        // The last writes of an interrupted sync must be visible too, or they could never be deleted.
        await calls.RefreshAsync(index, cancellationToken);
        var documents = await calls.CountAsync(index, cancellationToken);
        var slices = (int)Math.Clamp(documents / documentsPerSlice, 1, MaxSlices);
        var page = Math.Min(info.MaxResultWindow, IndexInfo.DefaultMaxResultWindow);

        await using var pointInTime = await PointInTime.OpenAsync(calls, logger, index, cancellationToken)
            ?? throw new BrokenOffException(
                new ConnectorException(FailureKind.Retry, $"Index '{index}' vanished while its ids were read; a new sync makes it again.")
            );
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var turn = new SemaphoreSlim(1);
        var readers = Enumerable
            .Range(0, slices)
            .Select(async slice =>
            {
                try
                {
                    await ReadSliceAsync(index, pointInTime, slice, slices, page, receive, turn, stop.Token);
                }
                catch
                {
                    // Stop the other slices.
                    await stop.CancelAsync();
                    throw;
                }
            })
            .ToArray();
        await Task.WhenAll(readers);
    }

    private async Task ReadSliceAsync(
        string index,
        PointInTime pointInTime,
        int slice,
        int slices,
        int page,
        IdReceiver receive,
        SemaphoreSlim turn,
        CancellationToken cancellationToken
    )
    {
        using var body = new PooledBuffer();
        using var after = new PooledBuffer(256);
        var (read, total) = (0L, (long?)null);
        while (true)
        {
            WriteSearch(body, pointInTime.Id, slice, slices, page, after.WrittenSpan);
            var request = new ElasticsearchRequest(
                global::Elastic.Transport.HttpMethod.POST,
                $"_search?filter_path={Answer}",
                body.WrittenMemory,
                false,
                404
            )
            {
                MaxAnswerBytes = (64 * 1024) + (page * MaxHitBytes),
            };
            using var response = await calls.SendAsync(request, cancellationToken);
            if (response.Status == 404)
            {
                throw new BrokenOffException(
                    new ConnectorException(
                        FailureKind.Retry,
                        $"The point in time over index '{index}' was lost (a node left, or the index was deleted) while its ids were "
                            + "read; a new sync reads them again."
                    )
                );
            }

            await turn.WaitAsync(cancellationToken);
            IdPage found;
            try
            {
                found = IdPage.Read(response, pointInTime.Id, after, receive);
                pointInTime.Id = found.PointInTime ?? pointInTime.Id;
            }
            finally
            {
                turn.Release();
            }

            if (!found.IsWhole)
            {
                throw new BrokenOffException(
                    new ConnectorException(
                        FailureKind.Retry,
                        $"Elasticsearch at {calls.Failures.Host} could not read all shards of index '{index}'; a new sync reads them again."
                    )
                );
            }

            total ??= found.Total ?? throw response.NotUnderstood("it does not say how many documents there are");
            read += found.Count;
            if (read > total || found.Count > page || (found.Count < page && read < total))
            {
                throw response.NotUnderstood($"it tells of {Quantity.Of(total.Value, "document")} and gave {read}");
            }

            if (found.Count < page)
            {
                return;
            }

            if (!found.HasPlace)
            {
                throw response.NotUnderstood("the last hit does not say where the next page begins");
            }
        }
    }

    private static void WriteSearch(PooledBuffer body, string pointInTime, int slice, int slices, int page, ReadOnlySpan<byte> after)
    {
        body.Clear();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteNumber("size"u8, page);

        // Once, to be compared with what is read.
        json.WriteBoolean("track_total_hits"u8, after.IsEmpty);
        json.WriteStartObject("pit"u8);
        json.WriteString("id"u8, pointInTime);
        json.WriteString("keep_alive"u8, PointInTime.KeepAlive);
        json.WriteEndObject();
        if (slices > 1)
        {
            json.WriteStartObject("slice"u8);
            json.WriteNumber("id"u8, slice);
            json.WriteNumber("max"u8, slices);
            json.WriteEndObject();
        }

        json.WriteStartArray("sort"u8);
        json.WriteStringValue("_shard_doc"u8);
        json.WriteEndArray();
        json.WriteStartArray("_source"u8);
        json.WriteStringValue("_timestamp"u8);
        json.WriteEndArray();
        json.WriteStartArray("docvalue_fields"u8);
        json.WriteStringValue("_digest"u8);
        json.WriteEndArray();
        if (!after.IsEmpty)
        {
            json.WritePropertyName("search_after"u8);
            json.WriteRawValue(after);
        }

        json.WriteEndObject();
    }

    /// <summary>What was read so far is of no use, and a fresh reading may be.</summary>
    private sealed class BrokenOffException(ConnectorException failure) : Exception(failure.Message, failure)
    {
        public ConnectorException Failure => failure;
    }
}
