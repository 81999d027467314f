using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Elasticsearch.Calls;

namespace Connectors.Sync.Elasticsearch.Indices;

/// <summary>Reads the answer to a bulk request from its bytes: nothing is allocated for an operation that went well.</summary>
internal static class BulkResponseReader
{
    // An item that went well has some 40 bytes; the reason of one that was refused may quote a document.
    private const int MaxItemBytes = 16 * 1024;

    /// <summary>The most bytes that the answer to so many operations has.</summary>
    public static int MaxBytes(int operations) => (int)Math.Min(64 * 1024 + ((long)operations * MaxItemBytes), 256 * 1024 * 1024);

    /// <param name="operations">How many items there must be.</param>
    /// <param name="failure">Tells what is wrong with a call that failed as a whole and doesn't say so itself.</param>
    public static BulkResponse Read(ElasticsearchResponse response, int operations, Func<string> failure)
    {
        if (!response.IsSuccess)
        {
            var error = response.Status == 0 ? null : response.Error();
            return new BulkResponse(
                response.Status,
                [],
                error ?? new BulkError(response.IsTimeout ? BulkError.Timeout : BulkError.NoAnswer, ElasticsearchResponse.Cut(failure())),
                response.RetryAfter
            );
        }

        var items = new BulkItem[operations];
        try
        {
            if (ReadItems(response.Body, items) == operations)
            {
                return new BulkResponse(response.Status, items);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            // Cut off or changed on the way: the same as no answer.
        }

        return new BulkResponse(
            0,
            [],
            new BulkError(
                "bad_answer",
                $"The answer to a bulk request of {Quantity.Of(operations, "operation")} was cut off or not readable."
            )
        );
    }

    // How many items there are; those that fit are filled in.
    private static int ReadItems(ReadOnlySpan<byte> body, BulkItem[] items)
    {
        var reader = new Utf8JsonReader(body);
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
        var count = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("items"u8))
            {
                reader.Read();
                reader.Skip();
                continue;
            }

            Expect(reader.Read() && reader.TokenType == JsonTokenType.StartArray);
            Expect(count == 0);
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                // {"index": {...}}
                Expect(reader.Read() && reader.TokenType == JsonTokenType.PropertyName);
                var isDelete = reader.ValueTextEquals("delete"u8);
                Expect(
                    isDelete
                        || reader.ValueTextEquals("index"u8)
                        || reader.ValueTextEquals("create"u8)
                        || reader.ValueTextEquals("update"u8)
                );
                Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
                var item = ReadItem(ref reader);
                Expect(IsOutcome(item, isDelete) && reader.Read() && reader.TokenType == JsonTokenType.EndObject);
                if (count < items.Length)
                {
                    items[count] = item;
                }

                count++;
            }
        }

        Expect(reader.TokenType == JsonTokenType.EndObject && !reader.Read());
        return count;
    }

    /// <summary>Whether an item says what became of its operation.</summary>
    private static bool IsOutcome(BulkItem item, bool isDelete) =>
        item switch
        {
            { Status: >= 200 and < 300, Error: null } => isDelete
                ? item.Result is BulkItemResult.Deleted
                : item.Result is BulkItemResult.Created or BulkItemResult.Updated or BulkItemResult.NoOp,
            { Status: 404, Error: null } => isDelete && item.Result is BulkItemResult.NotFound,
            { Status: >= 400 and < 600 } => item.Error is not null,
            _ => false,
        };

    private static BulkItem ReadItem(ref Utf8JsonReader reader)
    {
        var (status, result, error) = (0, BulkItemResult.None, (BulkError?)null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("status"u8))
            {
                Expect(status == 0 && reader.Read() && reader.TokenType == JsonTokenType.Number);
                status = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("result"u8))
            {
                Expect(reader.Read() && reader.TokenType == JsonTokenType.String);
                result = Result(ref reader);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                error = ReadError(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return new BulkItem(status, result, error);
    }

    private static BulkItemResult Result(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("created"u8) ? BulkItemResult.Created
        : reader.ValueTextEquals("updated"u8) ? BulkItemResult.Updated
        : reader.ValueTextEquals("deleted"u8) ? BulkItemResult.Deleted
        : reader.ValueTextEquals("not_found"u8) ? BulkItemResult.NotFound
        : reader.ValueTextEquals("noop"u8) ? BulkItemResult.NoOp
        : BulkItemResult.None;

    private static BulkError ReadError(ref Utf8JsonReader reader)
    {
        using var error = JsonDocument.ParseValue(ref reader);
        var root = error.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            return new BulkError("unknown", ElasticsearchResponse.Cut(root.ToString()));
        }

        var type = root.TryGetProperty("type", out var kind) ? kind.ToString() : "unknown";
        var reason = root.TryGetProperty("reason", out var text) ? text.ToString() : "no reason given";
        var cause =
            root.TryGetProperty("caused_by", out var by)
            && by.ValueKind == JsonValueKind.Object
            && by.TryGetProperty("reason", out var deeper)
                ? deeper.ToString()
                : null;
        return new BulkError(type, ElasticsearchResponse.Cut(cause is null ? reason : $"{reason}: {cause}"));
    }

    private static void Expect(bool isSo)
    {
        if (!isSo)
        {
            throw new JsonException("Not the answer to a bulk request.");
        }
    }
}
