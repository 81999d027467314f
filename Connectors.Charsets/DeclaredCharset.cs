using System.Buffers;
using System.Text;

namespace Connectors.Charsets;

/// <summary>The charset that somebody says a text is in: its own first lines, or the media type that came with it.</summary>
internal static class DeclaredCharset
{
    /// <summary>How far into a page a browser looks for a declaration.</summary>
    private const int HeadBytes = 1024;

    private static readonly SearchValues<char> EndOfValue = SearchValues.Create(" \t\r\n;,\"'/>?");

    private static readonly DecoderFallback Replacement = new DecoderReplacementFallback("\uFFFD");

    /// <summary>The charset of a media type: <c>text/plain; charset="koi8-r"</c>.</summary>
    public static Encoding? OfMediaType(string? mediaType) => mediaType is null ? null : Named(ValueAfter(mediaType, "charset"));

    /// <summary>The charset that a text declares in itself: in an XML declaration, and in <c>meta</c> if it is HTML.</summary>
    public static Encoding? OfText(ReadOnlySpan<byte> bytes, bool isHtml)
    {
        var head = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, HeadBytes)]);
        var declared = head.StartsWith("<?xml", StringComparison.Ordinal)
            ? Named(ValueAfter(head[..Math.Max(head.IndexOf("?>", StringComparison.Ordinal), 0)], "encoding"))
            : null;
        for (var at = 0; declared is null && isHtml && (at = head.IndexOf("<meta", at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            var end = head.IndexOf('>', at);
            declared = Named(ValueAfter(end < 0 ? head[at..] : head[at..end], "charset"));
        }

        // What could be read as ASCII is in none of these, whatever it says.
        return declared is { CodePage: 1200 or 1201 or 12000 or 12001 } ? Encoding.UTF8 : declared;
    }

    /// <summary>The encoding of a name as documents use it; <see langword="null"/> for one that nobody knows.</summary>
    public static Encoding? Named(string? name)
    {
        var known = name?.Trim().ToLowerInvariant() switch
        {
            null or "" => null,
            "utf-8" or "utf8" or "unicode-1-1-utf-8" => Encoding.UTF8,

            // Whoever says Latin-1 or ASCII means what browsers read it as, which holds the euro too.
            "iso-8859-1" or "iso8859-1" or "iso_8859-1" or "latin1" or "l1" or "us-ascii" or "ascii" or "cp1252" => Legacy("windows-1252"),
            "utf-16" or "utf-16le" or "ucs-2" or "unicode" => Encoding.Unicode,
            "utf-16be" => Encoding.BigEndianUnicode,
            "utf-32" or "utf-32le" => Encoding.UTF32,
            "cp1250" or "cp1251" or "cp1253" or "cp1254" or "cp1255" or "cp1256" or "cp1257" or "cp1258" => Legacy(
                "windows-" + name.Trim()[2..]
            ),
            "shift-jis" or "sjis" or "x-sjis" => Legacy("shift_jis"),
            "gbk" or "gb_2312-80" => Legacy("gb2312"),
            var other => Legacy(other),
        };
        return known;
    }

    private static Encoding? Legacy(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ReplacementFallback, Replacement);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The value of <c>name = value</c>, in quotation marks or not.</summary>
    private static string? ValueAfter(string text, string name)
    {
        for (var at = 0; (at = text.IndexOf(name, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            var rest = text.AsSpan(at + name.Length).TrimStart();
            if (rest.IsEmpty || rest[0] != '=')
            {
                continue;
            }

            rest = rest[1..].TrimStart();
            var end = rest is ['"' or '\'', ..] ? rest[1..].IndexOf(rest[0]) + 1 : rest.IndexOfAny(EndOfValue);
            var value = end < 0 ? rest : rest[..end];
            return value.Trim("\"' ").ToString();
        }

        return null;
    }
}
