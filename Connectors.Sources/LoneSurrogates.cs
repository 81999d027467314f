using System.Buffers.Text;

namespace Connectors.Sources;

/// <summary>Half a character in JSON: <c>\ud800</c> without its other half, as a text has that was cut in the middle of an emoji. JSON's
/// grammar allows it, and no reader or index can hold it.</summary>
internal static class LoneSurrogates
{
    /// <summary>An escape and the character that stands for what can't be shown, U+FFFD, in as many bytes.</summary>
    private static ReadOnlySpan<byte> Replacement => "\\ufffd"u8;

    /// <summary>The same JSON with U+FFFD for each half of a character: a copy when there is one, the same bytes otherwise.</summary>
    public static ReadOnlyMemory<byte> Replace(ReadOnlyMemory<byte> json)
    {
        byte[]? copy = null;
        var bytes = json.Span;
        for (var place = bytes.IndexOf((byte)'\\'); place >= 0 && place < bytes.Length; place = Next(bytes, place))
        {
            if (CodeAt(bytes, place) is not { } code || !char.IsSurrogate((char)code))
            {
                place += CodeAt(bytes, place) is null ? 2 : Replacement.Length;
            }
            else if (char.IsHighSurrogate((char)code) && CodeAt(bytes, place + Replacement.Length) is >= 0xDC00 and <= 0xDFFF)
            {
                place += 2 * Replacement.Length;
            }
            else
            {
                copy ??= json.ToArray();
                Replacement.CopyTo(copy.AsSpan(place));
                place += Replacement.Length;
            }
        }

        return copy ?? json;
    }

    private static int Next(ReadOnlySpan<byte> bytes, int place) =>
        place < bytes.Length && bytes[place..].IndexOf((byte)'\\') is >= 0 and var next ? place + next : bytes.Length;

    /// <summary>The number of an escape <c>\uXXXX</c>; <see langword="null"/> when there is none.</summary>
    private static int? CodeAt(ReadOnlySpan<byte> bytes, int place) =>
        bytes.Length - place >= Replacement.Length
        && bytes[place] == (byte)'\\'
        && bytes[place + 1] == (byte)'u'
        && Utf8Parser.TryParse(bytes.Slice(place + 2, 4), out ushort code, out var read, 'x')
        && read == 4
            ? code
            : null;
}
