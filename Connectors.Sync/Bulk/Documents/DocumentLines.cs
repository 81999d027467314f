using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sync.Bulk.Documents;

/// <summary>
/// Writes the lines of bulk operations. Bodies are copied byte for byte; the fields that the protocol adds (id, time stamp, digest,
/// pipeline flags) go before the first field.
/// </summary>
internal sealed class DocumentLines
{
    private static readonly SearchValues<byte> NeedsEscape = SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Select(value => (byte)value),
        (byte)'"',
        (byte)'\\',
    ]);
    private static readonly System.Text.Encodings.Web.JavaScriptEncoder Encoder = JsonBodies.WriterOptions.Encoder!;

    // Two \uXXXX for one character.
    private const int LongestEscape = 12;

    private readonly byte[] _flags;

    /// <param name="flags">The connector's pipeline settings, written into every document, or <see langword="null"/>.</param>
    public DocumentLines(Engine.Planning.PipelineSettings? flags) =>
        _flags = flags is null
            ? []
            : System.Text.Encoding.UTF8.GetBytes(
                $",\"_extract_binary_content\":{Json(flags.ExtractBinaryContent)}"
                    + $",\"_reduce_whitespace\":{Json(flags.ReduceWhitespace)},\"_run_ml_inference\":{Json(flags.RunMlInference)}"
            );

    /// <summary>Writes an upsert.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="id">The <c>_id</c>, at most 512 bytes.</param>
    /// <param name="originalId">The source's id if it was too long, else empty.</param>
    /// <param name="timestamp">The document's time stamp, or "now".</param>
    /// <param name="digest">The digest of a document that is compared by digest rather than by time stamp.</param>
    /// <param name="body">One JSON object.</param>
    /// <param name="text">The text of its content, for the field <c>body</c>; empty for none.</param>
    /// <param name="attachment">A file for the pipeline to extract text from, for the field <c>_attachment</c>; empty for none.</param>
    /// <exception cref="JsonException">The body is not one JSON object.</exception>
    public void WriteUpsert(
        PooledBuffer to,
        ReadOnlySpan<byte> id,
        ReadOnlySpan<byte> originalId,
        DateTimeOffset timestamp,
        long? digest,
        ReadOnlySpan<byte> body,
        ReadOnlySpan<byte> text,
        ReadOnlySpan<byte> attachment = default
    )
    {
        to.Write("{\"index\":{\"_id\":\""u8);
        WriteEscaped(to, id);
        to.Write("\"}}\n{\"id\":\""u8);
        WriteEscaped(to, id);
        to.Write("\",\"_timestamp\":\""u8);
        WriteTimestamp(to, timestamp);
        to.WriteByte((byte)'"');
        if (digest is { } number)
        {
            to.Write(",\"_digest\":"u8);
            var span = to.GetSpan(20);
            Utf8Formatter.TryFormat(number, span, out var length);
            to.Advance(length);
        }

        if (!originalId.IsEmpty)
        {
            to.Write(",\""u8);
            to.Write("_original_id"u8);
            to.Write("\":\""u8);
            WriteEscaped(to, originalId);
            to.WriteByte((byte)'"');
        }

        to.Write(_flags);
        if (!text.IsEmpty)
        {
            to.Write(",\"body\":\""u8);
            WriteEscaped(to, text);
            to.WriteByte((byte)'"');
        }

        if (!attachment.IsEmpty)
        {
            to.Write(",\"_attachment\":\""u8);
            Base64.EncodeToUtf8(attachment, to.GetSpan(Base64.GetMaxEncodedToUtf8Length(attachment.Length)), out _, out var length);
            to.Advance(length);
            to.WriteByte((byte)'"');
        }

        body = text.IsEmpty ? body : OwnField.Yield(body, "body"u8);
        body = attachment.IsEmpty ? body : OwnField.Yield(body, "_attachment"u8);
        WriteBody(to, DocumentSanitizer.NeedsSanitizing(body) ? DocumentSanitizer.Sanitize(body) : body);
        to.WriteByte((byte)'\n');
    }

    /// <summary>Writes a delete.</summary>
    public static void WriteDelete(PooledBuffer to, ReadOnlySpan<byte> id)
    {
        to.Write("{\"delete\":{\"_id\":\""u8);
        WriteEscaped(to, id);
        to.Write("\"}}\n"u8);
    }

    private static string Json(bool value) => value ? "true" : "false";

    private static void WriteEscaped(PooledBuffer to, ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOfAny(NeedsEscape) < 0)
        {
            to.Write(utf8);
        }
        else
        {
            // Straight to where it goes: a content may be large.
            to.GetSpan(utf8.Length);
            while (!utf8.IsEmpty)
            {
                Encoder.EncodeUtf8(utf8, to.GetSpan(LongestEscape), out var read, out var written);
                to.Advance(written);
                utf8 = utf8[read..];
            }
        }
    }

    private static void WriteTimestamp(PooledBuffer to, DateTimeOffset timestamp)
    {
        // 2026-01-31T23:59:59.1234567Z without trailing zeros.
        var span = to.GetSpan(28);
        Utf8Formatter.TryFormat(timestamp.UtcDateTime, span, out var length, 'O');
        length = span[..(length - 1)].TrimEnd((byte)'0').TrimEnd((byte)'.').Length;
        span[length] = (byte)'Z';
        to.Advance(length + 1);
    }

    private static void WriteBody(PooledBuffer to, ReadOnlySpan<byte> body)
    {
        if (body.ContainsAny((byte)'\n', (byte)'\r'))
        {
            // A line break inside a body would end the bulk line. JSON has no raw line breaks inside strings, so they are white space
            // between tokens.
            using var document = JsonDocument.Parse(body.ToArray());
            using var compact = new PooledBuffer(body.Length);
            using (var json = new Utf8JsonWriter((IBufferWriter<byte>)compact, JsonBodies.WriterOptions))
            {
                document.WriteTo(json);
            }

            WriteBody(to, compact.WrittenSpan);
            return;
        }

        var inner = body[1..].TrimStart(" \t"u8);
        if (inner.IsEmpty || body[0] != (byte)'{')
        {
            throw new JsonException("it does not begin with a brace");
        }

        if (inner[0] != (byte)'}')
        {
            to.WriteByte((byte)',');
        }

        to.Write(inner);
    }
}
