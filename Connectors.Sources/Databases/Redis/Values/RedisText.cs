using System.Buffers;
using System.Text;
using System.Text.Json;
using Connectors.Abstractions;
using StackExchange.Redis;

namespace Connectors.Sources.Databases.Redis.Values;

/// <summary>A value as a document holds it.</summary>
/// <param name="Text">A string as it is, anything else as JSON; <see langword="null"/> where there is no way to read it.</param>
/// <param name="IsBase64">Whether the text, or each text in the JSON, is the Base64 of bytes that are not UTF-8.</param>
/// <param name="IsCut">Whether there is more of it in Redis.</param>
internal readonly record struct RedisText(string? Text, bool IsBase64 = false, bool IsCut = false)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A string, cut to <paramref name="most"/> bytes.</summary>
    public static RedisText Of(ReadOnlySpan<byte> bytes, int most = int.MaxValue)
    {
        var isCut = bytes.Length > most;
        var kept = isCut ? bytes[..most] : bytes;

        // The cut may have gone through a character.
        for (var end = kept.Length; end >= 0 && end >= kept.Length - (isCut ? 3 : 0); end--)
        {
            if (TryDecode(kept[..end], out var text))
            {
                return new RedisText(text, IsBase64: false, isCut);
            }
        }

        return new RedisText(Convert.ToBase64String(kept), IsBase64: true, isCut);
    }

    /// <summary>Elements as a JSON array, or as an object when <paramref name="write"/> writes properties.</summary>
    /// <param name="elements">The elements, in the order in which they are written.</param>
    /// <param name="isObject">Whether they are properties.</param>
    /// <param name="isCut">Whether there are more.</param>
    /// <param name="write">Writes one element, given how its texts are made.</param>
    public static RedisText Of<T>(
        IReadOnlyCollection<T> elements,
        bool isObject,
        bool isCut,
        Action<Utf8JsonWriter, T, Func<RedisValue, string>> write
    )
    {
        try
        {
            return new RedisText(Json(elements, isObject, write, value => Strict.GetString((byte[]?)value ?? [])), IsBase64: false, isCut);
        }
        catch (DecoderFallbackException)
        {
            return new RedisText(
                Json(elements, isObject, write, value => Convert.ToBase64String((byte[]?)value ?? [])),
                IsBase64: true,
                isCut
            );
        }
    }

    private static string Json<T>(
        IReadOnlyCollection<T> elements,
        bool isObject,
        Action<Utf8JsonWriter, T, Func<RedisValue, string>> write,
        Func<RedisValue, string> text
    )
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonBodies.WriterOptions))
        {
            if (isObject)
            {
                json.WriteStartObject();
            }
            else
            {
                json.WriteStartArray();
            }

            foreach (var element in elements)
            {
                write(json, element, text);
            }

            if (isObject)
            {
                json.WriteEndObject();
            }
            else
            {
                json.WriteEndArray();
            }
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static bool TryDecode(ReadOnlySpan<byte> bytes, out string text)
    {
        var isText = System.Text.Unicode.Utf8.IsValid(bytes);
        text = isText ? Encoding.UTF8.GetString(bytes) : string.Empty;
        return isText;
    }
}
