using System.Text;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Charsets;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.HttpJson;

/// <summary>Makes a document of an answer's bytes: JSON in any charset that a mark or the media type declares, or lines of JSON, which
/// become an array.</summary>
internal static class HttpJsonBody
{
    /// <summary>How deep an answer may be nested. Items lie in it, and a body deeper than this could not be indexed.</summary>
    public const int Deepest = 200;

    private static readonly JsonReaderOptions SeveralValues = new() { AllowMultipleValues = true, MaxDepth = int.MaxValue };

    /// <summary>Reads it; the caller disposes the document.</summary>
    /// <exception cref="ConnectorException">It can't be read; the message says why.</exception>
    public static JsonDocument Parse(RestResponse answer) => Parse(RestErrors.Name(answer.Address), answer.Bytes.Span, answer.ContentType);

    /// <summary>Reads it; the caller disposes the document.</summary>
    /// <param name="place">The address for messages.</param>
    /// <param name="bytes">The answer's body.</param>
    /// <param name="mediaType">Its Content-Type, or <see langword="null"/>.</param>
    /// <exception cref="ConnectorException">It can't be read; the message says why.</exception>
    public static JsonDocument Parse(string place, ReadOnlySpan<byte> bytes, string? mediaType)
    {
        var utf8 = LoneSurrogates.Replace(Utf8Of(place, bytes, DeclaredCharset.OfMediaType(mediaType)));
        try
        {
            return JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = Deepest });
        }
        catch (JsonException)
        {
            return Lines(utf8.Span) is { } lines && Depth(lines) <= Deepest
                ? JsonDocument.Parse(lines, new JsonDocumentOptions { MaxDepth = Deepest })
                : throw Failure(place, utf8.Span, mediaType);
        }
    }

    /// <summary>A text; <see langword="null"/> when it holds half a character.</summary>
    public static string? Text(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[] Utf8Of(string place, ReadOnlySpan<byte> bytes, Encoding? declared)
    {
        var (encoding, mark) = TextEncoding.Of(bytes, declared, isHtml: false);
        var isGuess = declared is null && mark == 0 && encoding is not { CodePage: 65001 or 1200 or 1201 };
        if (isGuess || encoding is null || (encoding.CodePage == 65001 && !System.Text.Unicode.Utf8.IsValid(bytes[mark..])))
        {
            throw new ConnectorException(
                $"{place}: the answer is not text in UTF-8, and its Content-Type names no other charset that it is in. Have the server "
                    + "say what it is: Content-Type: application/json; charset=..."
            );
        }

        return encoding.CodePage == 65001 ? bytes[mark..].ToArray() : Encoding.UTF8.GetBytes(encoding.GetString(bytes[mark..]));
    }

    /// <summary>Several values, one after the other, as an array; <see langword="null"/> when it is anything else.</summary>
    private static byte[]? Lines(ReadOnlySpan<byte> utf8)
    {
        using var array = new PooledBuffer(utf8.Length + 64);
        var reader = new Utf8JsonReader(utf8, SeveralValues);
        var count = 0;
        try
        {
            while (reader.Read())
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                array.Write(count++ == 0 ? "["u8 : ","u8);
                array.Write(utf8[start..(int)reader.BytesConsumed]);
            }
        }
        catch (JsonException)
        {
            return null;
        }

        array.Write("]"u8);
        return count > 1 ? array.WrittenSpan.ToArray() : null;
    }

    private static int Depth(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, SeveralValues);
        var deepest = 0;
        while (reader.Read())
        {
            deepest = Math.Max(deepest, reader.CurrentDepth + 1);
        }

        return deepest;
    }

    private static ConnectorException Failure(string place, ReadOnlySpan<byte> utf8, string? mediaType)
    {
        try
        {
            if (Depth(utf8) > Deepest)
            {
                return new ConnectorException(
                    $"{place}: the answer is nested more than {Deepest} levels deep, which is more than can be indexed. Correct the "
                        + "field url."
                );
            }
        }
        catch (JsonException)
        {
            // No JSON at all.
        }

        var begin = utf8.TrimStart(" \t\r\n"u8);
        return begin.IsEmpty ? new ConnectorException($"{place}: the answer is empty, and no JSON. Correct the field url.")
            : begin is [(byte)'{' or (byte)'[', ..]
            ? new ConnectorException($"{place}: the answer is JSON that has a fault or is not whole. Look at what the server sends.")
            : new ConnectorException($"{place}: the answer is not JSON{InsteadOf(mediaType)}. Correct the field url.");
    }

    private static string InsteadOf(string? mediaType) =>
        mediaType?.Split(';')[0].Trim() is not { Length: > 0 } type ? string.Empty
        : type.EndsWith("json", StringComparison.OrdinalIgnoreCase) ? $", although it calls itself {type}"
        : $" but {type}";
}
