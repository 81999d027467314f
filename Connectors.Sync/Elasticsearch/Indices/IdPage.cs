using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sync.Diff;
using Connectors.Sync.Elasticsearch.Calls;
using Connectors.Sync.Engine;

namespace Connectors.Sync.Elasticsearch.Indices;

/// <summary>A page of ids and versions, read from the bytes of an answer. Whatever has another shape than asked for is refused: a document
/// that is passed over here counts as new, and one that is invented is deleted.</summary>
/// <param name="Count">Documents on the page.</param>
/// <param name="Total">Documents that the search found in all, where the answer says.</param>
/// <param name="PointInTime">The point in time to go on with, when it is another one.</param>
/// <param name="IsWhole">Whether all shards were searched in time.</param>
/// <param name="HasPlace">Whether the last hit says where the next page begins.</param>
internal readonly record struct IdPage(int Count, long? Total, string? PointInTime, bool IsWhole, bool HasPlace)
{
    /// <summary>Reads a page.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="pointInTime">The point in time that was searched.</param>
    /// <param name="after">Takes the place of the last hit, as JSON.</param>
    /// <param name="receive">Takes each document.</param>
    /// <exception cref="ConnectorException">The answer is something else.</exception>
    public static IdPage Read(ElasticsearchResponse response, string pointInTime, PooledBuffer after, IdReceiver receive)
    {
        try
        {
            return Read(response.Body, pointInTime, after, (id, version) =>
            {
                try
                {
                    receive(id, version);
                }
                catch (Exception failure)
                {
                    // Not to be taken for a fault of the answer.
                    throw new ReceiverException(ExceptionDispatchInfo.Capture(failure));
                }
            });
        }
        catch (ReceiverException receiver)
        {
            receiver.Failure.Throw();
            throw;
        }
        catch (WrongShapeException shape)
        {
            throw response.NotUnderstood(shape.Message);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException)
        {
            // Their own messages may quote what was answered.
            throw response.NotUnderstood("it is cut off, or no JSON");
        }
    }

    private static IdPage Read(ReadOnlySpan<byte> body, string pointInTime, PooledBuffer after, IdReceiver receive)
    {
        var reader = new Utf8JsonReader(body);
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "it is no JSON object");
        var page = default(IdPage);
        bool? inTime = null;
        bool? onAllShards = null;
        var hasHits = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("pit_id"u8))
            {
                Expect(reader.Read() && reader.TokenType == JsonTokenType.String, "'pit_id' is no text");
                page = reader.ValueTextEquals(pointInTime) ? page : page with { PointInTime = reader.GetString() };
            }
            else if (reader.ValueTextEquals("timed_out"u8))
            {
                Expect(
                    inTime is null && reader.Read() && reader.TokenType is JsonTokenType.True or JsonTokenType.False,
                    "'timed_out' is neither true nor false"
                );
                inTime = reader.TokenType == JsonTokenType.False;
            }
            else if (reader.ValueTextEquals("_shards"u8))
            {
                Expect(onAllShards is null, "'_shards' comes twice");
                onAllShards = ReadNumber(ref reader, "failed"u8, "'_shards'") == 0;
            }
            else if (reader.ValueTextEquals("hits"u8))
            {
                Expect(!hasHits, "'hits' comes twice");
                hasHits = true;
                page = ReadHits(ref reader, body, page, after, receive);
            }
            else
            {
                Skip(ref reader);
            }
        }

        Expect(reader.TokenType == JsonTokenType.EndObject && !reader.Read(), "it is cut off");
        Expect(inTime is not null && onAllShards is not null, "it does not say whether the search was whole");
        return page with { IsWhole = inTime == true && onAllShards == true };
    }

    /// <summary>The objects of hits: filtered, an empty list is left out.</summary>
    private static IdPage ReadHits(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, IdPage page, PooledBuffer after, IdReceiver receive)
    {
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "'hits' is no object");
        var hasList = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("total"u8))
            {
                Expect(page.Total is null, "'hits.total' comes twice");
                page = page with { Total = ReadNumber(ref reader, "value"u8, "'hits.total'") };
            }
            else if (reader.ValueTextEquals("hits"u8))
            {
                Expect(!hasList && reader.Read() && reader.TokenType == JsonTokenType.StartArray, "'hits.hits' is no list");
                hasList = true;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    Expect(reader.TokenType == JsonTokenType.StartObject, "a hit is no object");
                    page = page with { Count = page.Count + 1, HasPlace = ReadHit(ref reader, body, after, receive) };
                }
            }
            else
            {
                Skip(ref reader);
            }
        }

        return page;
    }

    /// <summary>A number in an object, which may hold other things.</summary>
    private static long ReadNumber(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, string what)
    {
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, $"{what} is no object");
        long? number = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
            {
                Expect(
                    number is null
                        && reader.Read()
                        && reader.TokenType == JsonTokenType.Number
                        && reader.TryGetInt64(out var value)
                        && (number = value) >= 0,
                    $"{what} holds no number"
                );
            }
            else
            {
                Skip(ref reader);
            }
        }

        Expect(number is not null, $"{what} holds no number");
        return number!.Value;
    }

    /// <summary>Reads a hit; whether it says where the next one begins.</summary>
    private static bool ReadHit(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, PooledBuffer after, IdReceiver receive)
    {
        ReadOnlySpan<byte> id = default;
        var (version, isDigest, hasPlace) = (DocumentVersion.None, false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("_id"u8))
            {
                Expect(id.IsEmpty, "a hit has two ids");
                Expect(reader.Read() && reader.TokenType == JsonTokenType.String, "an id is no text");
                id = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
                Expect(
                    !id.IsEmpty && id.Length <= DocumentId.MaxBytes,
                    $"an id has {id.Length} bytes, and Elasticsearch has none of more than {DocumentId.MaxBytes}"
                );
            }
            else if (reader.ValueTextEquals("sort"u8))
            {
                Expect(!hasPlace && reader.Read() && reader.TokenType == JsonTokenType.StartArray, "'sort' is no list");
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                after.Clear();
                after.Write(body[start..(int)reader.BytesConsumed]);
                hasPlace = true;
            }
            else if (reader.ValueTextEquals("_source"u8))
            {
                var timestamp = ReadTimestamp(ref reader);
                version = isDigest ? version : timestamp;
            }
            else if (reader.ValueTextEquals("fields"u8))
            {
                if (ReadDigest(ref reader) is { } digest)
                {
                    (version, isDigest) = (DocumentVersion.FromDigest(digest), true);
                }
            }
            else
            {
                Skip(ref reader);
            }
        }

        Expect(!id.IsEmpty, "a hit has no id");
        receive(id, version);
        return hasPlace;
    }

    private static DocumentVersion ReadTimestamp(ref Utf8JsonReader reader)
    {
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "'_source' is no object");
        var version = DocumentVersion.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("_timestamp"u8) && reader.Read())
            {
                version = Timestamp(ref reader);
                reader.Skip();
            }
            else
            {
                Skip(ref reader);
            }
        }

        return version;
    }

    private static long? ReadDigest(ref Utf8JsonReader reader)
    {
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "'fields' is no object");
        long? digest = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("_digest"u8))
            {
                Skip(ref reader);
                continue;
            }

            // A doc value comes as a list.
            Expect(reader.Read() && reader.TokenType == JsonTokenType.StartArray, "'_digest' is no list");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                digest = digest is null && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) ? value : digest;
                reader.Skip();
            }
        }

        return digest;
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

    private static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private static void Expect(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new WrongShapeException(otherwise);
        }
    }

    private sealed class WrongShapeException(string message) : Exception(message);

    private sealed class ReceiverException(ExceptionDispatchInfo failure) : Exception
    {
        public ExceptionDispatchInfo Failure => failure;
    }
}
