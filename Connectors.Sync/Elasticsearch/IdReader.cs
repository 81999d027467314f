using System.Text;
using System.Text.Json;
using Connectors.Sync.Diff;
using Connectors.Sync.Elasticsearch.Calls;
using Connectors.Sync.Engine;
using Microsoft.Extensions.Logging;
using static Connectors.Sync.Elasticsearch.Calls.ElasticsearchRequest;

namespace Connectors.Sync.Elasticsearch;

/// <summary>Reads id and version of every document of an index, over a point in time, in slices side by side.</summary>
internal sealed class IdReader(ElasticsearchCalls calls, ILogger logger, long documentsPerSlice)
{
    private const string Answer = "pit_id,timed_out,_shards.failed,hits.hits._id,hits.hits.sort,hits.hits._source._timestamp,hits.hits.fields._digest";
    private const int MaxSlices = 4;

    public async Task ReadAsync(string index, IdReceiver receive, CancellationToken cancellationToken)
    {
        if (await IndexFacts.ReadAsync(calls, index, cancellationToken) is not { } facts)
        {
            return;
        }

        // What an interrupted sync wrote last must be seen too, or it could never be deleted.
        (await calls.SendAsync(Post($"{Escape(index)}/_refresh", null), cancellationToken)).Dispose();
        using var counted = await calls.SendAsync(Get($"{Escape(index)}/_count"), cancellationToken);
        var documents = counted.Json()["count"]?.GetValue<long>() ?? 0;
        var slices = (int)Math.Clamp(documents / documentsPerSlice, 1, MaxSlices);
        var page = Math.Min(facts.MaxResultWindow, IndexFacts.DefaultMaxResultWindow);

        await using var pointInTime = await PointInTime.OpenAsync(calls, logger, index, cancellationToken)
            ?? throw new ConnectorException(FailureKind.Retry, $"Index '{index}' vanished while its ids were read.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var turn = new SemaphoreSlim(1);
        var readers = Enumerable.Range(0, slices).Select(async slice =>
        {
            try
            {
                await ReadSliceAsync(index, pointInTime, slice, slices, page, receive, turn, stop.Token);
            }
            catch
            {
                // The others need not go on.
                await stop.CancelAsync();
                throw;
            }
        }).ToArray();
        await Task.WhenAll(readers);
    }

    private async Task ReadSliceAsync(
        string index, PointInTime pointInTime, int slice, int slices, int page, IdReceiver receive, SemaphoreSlim turn, CancellationToken cancellationToken)
    {
        using var body = new PooledBuffer();
        using var after = new PooledBuffer(256);
        while (true)
        {
            WriteSearch(body, pointInTime.Id, slice, slices, page, after.WrittenSpan);
            var request = new ElasticsearchRequest(global::Elastic.Transport.HttpMethod.POST, $"_search?filter_path={Answer}", body.WrittenMemory, false, 404);
            using var answer = await calls.SendAsync(request, cancellationToken);
            if (answer.Status == 404)
            {
                throw new ConnectorException(
                    FailureKind.Retry, $"The point in time over index '{index}' was lost (a node left, or the index was deleted) while its ids were read.");
            }

            await turn.WaitAsync(cancellationToken);
            int count;
            try
            {
                count = ReadPage(answer.Body, pointInTime, after, receive);
            }
            catch (JsonException)
            {
                throw new ConnectorException(FailureKind.Retry, $"An answer of Elasticsearch at {calls.Failures.Host} was cut off while the ids of index '{index}' were read.");
            }
            finally
            {
                turn.Release();
            }

            if (count < 0)
            {
                throw new ConnectorException(FailureKind.Retry, $"Elasticsearch at {calls.Failures.Host} could not read all shards of index '{index}'.");
            }

            if (count < page)
            {
                return;
            }
        }
    }

    private static void WriteSearch(PooledBuffer body, string pointInTime, int slice, int slices, int page, ReadOnlySpan<byte> after)
    {
        body.Clear();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteNumber("size"u8, page);
        json.WriteBoolean("track_total_hits"u8, false);
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

    // Number of documents on the page; -1 when it is not whole.
    private static int ReadPage(ReadOnlySpan<byte> body, PointInTime pointInTime, PooledBuffer after, IdReceiver receive)
    {
        var reader = new Utf8JsonReader(body);
        var count = 0;
        var isWhole = true;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth > 2)
            {
                continue;
            }

            if (reader.ValueTextEquals("pit_id"u8))
            {
                reader.Read();
                if (!reader.ValueTextEquals(pointInTime.Id))
                {
                    pointInTime.Id = reader.GetString()!;
                }
            }
            else if (reader.ValueTextEquals("timed_out"u8))
            {
                isWhole &= reader.Read() && !reader.GetBoolean();
            }
            else if (reader.ValueTextEquals("failed"u8))
            {
                isWhole &= reader.Read() && reader.GetInt32() == 0;
            }
            else if (reader.CurrentDepth == 2 && reader.ValueTextEquals("hits"u8))
            {
                reader.Read();
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadHit(ref reader, body, after, receive);
                    count++;
                }
            }
        }

        return isWhole ? count : -1;
    }

    private static void ReadHit(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, PooledBuffer after, IdReceiver receive)
    {
        ReadOnlySpan<byte> id = default;
        byte[]? unescaped = null;
        var (version, isDigest) = (DocumentVersion.None, false);
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.ValueTextEquals("_id"u8))
            {
                reader.Read();
                if (reader.ValueIsEscaped)
                {
                    unescaped = Encoding.UTF8.GetBytes(reader.GetString()!);
                }
                else
                {
                    id = reader.ValueSpan;
                }
            }
            else if (reader.ValueTextEquals("sort"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                after.Clear();
                after.Write(body[start..(int)reader.BytesConsumed]);
            }
            else if (reader.ValueTextEquals("_timestamp"u8))
            {
                reader.Read();
                version = isDigest ? version : Timestamp(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("_digest"u8))
            {
                // A doc value comes as an array.
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartArray && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var digest))
                {
                    (version, isDigest) = (DocumentVersion.FromDigest(digest), true);
                }
            }
        }

        receive(unescaped ?? id, version);
    }

    private static DocumentVersion Timestamp(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return DocumentVersion.None;
        }

        // Without a zone it would be taken for local time.
        return !reader.ValueIsEscaped && reader.ValueSpan is [.., (byte)'Z'] && reader.TryGetDateTimeOffset(out var timestamp)
            ? DocumentVersion.FromTimestamp(timestamp)
            : DocumentVersion.FromTimestamp(reader.GetString()!);
    }
}
