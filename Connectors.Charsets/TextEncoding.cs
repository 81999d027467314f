using System.Buffers;
using System.Text;
using System.Text.Unicode;
using UtfUnknown;

namespace Connectors.Charsets;

/// <summary>
/// Finds out what encoding a text is in. In this order: its byte order mark, what is declared, UTF-8 if that is what it is but for a few
/// bad bytes, UTF-16 without a mark, and what its bytes look most like. A few NULs in a text are control characters like others.
/// </summary>
internal static class TextEncoding
{
    /// <summary>Most bytes that are looked at to guess.</summary>
    private const int SampleBytes = 128 * 1024;

    /// <summary>Languages of Latin letters are told apart by the few letters that are not ASCII. With fewer than so many of them that is
    /// guesswork.</summary>
    private const int LeastLetters = 8;

    /// <summary>What is less likely than this is read as Windows-1252, in which every byte means something.</summary>
    private const float LeastConfidence = 0.5f;

    /// <summary>UTF-16 without a mark has a NUL in every other place, as long as it holds Latin letters. Another text has at most one in so
    /// many bytes.</summary>
    private const int FewNuls = 8;

    /// <summary>The bytes that no text has, but for NUL: an escape may colour it.</summary>
    private static readonly SearchValues<byte> ControlCharacters = SearchValues.Create(
        [.. Enumerable.Range(1, 0x1F).Select(value => (byte)value).Except("\t\n\r\f\u001b"u8.ToArray())]
    );

    private static readonly Encoding Utf32BigEndian = new UTF32Encoding(bigEndian: true, byteOrderMark: true);

    /// <summary>The encoding, and how long its mark is; no encoding when the bytes are no text.</summary>
    /// <param name="bytes">The text.</param>
    /// <param name="declared">What somebody said besides the text; <see langword="null"/> for nobody.</param>
    /// <param name="isHtml">Whether it may say so itself as a web page does.</param>
    public static (Encoding? Encoding, int Mark) Of(ReadOnlySpan<byte> bytes, Encoding? declared, bool isHtml)
    {
        if (ByteOrderMark(bytes) is (not null, _) marked)
        {
            return marked;
        }

        var hasNuls = bytes.Contains((byte)0);
        var isNarrow = !hasNuls || IsTextButForNuls(bytes);
        if ((declared ?? DeclaredCharset.OfText(bytes, isHtml)) is { } said && (IsWide(said) || isNarrow))
        {
            return (said, 0);
        }

        return !isNarrow ? (Utf16(bytes), 0)
            : Utf8.IsValid(bytes) || IsMostlyUtf8(bytes) ? (Encoding.UTF8, 0)
            : ((hasNuls && !IsMostlyAscii(bytes) ? Utf16(bytes) : null) ?? Guess(bytes), 0);
    }

    private static (Encoding? Encoding, int Length) ByteOrderMark(ReadOnlySpan<byte> bytes) =>
        bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
            [0xFF, 0xFE, 0x00, 0x00, ..] => (Encoding.UTF32, 4),
            [0x00, 0x00, 0xFE, 0xFF, ..] => (Utf32BigEndian, 4),
            [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
            [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
            _ => (null, 0),
        };

    /// <summary>ISO-8859-2, 3, 4, 9, 10, 13, 14, 15 and 16, and the Windows code pages for Latin letters.</summary>
    private static bool IsLatin(Encoding encoding) =>
        encoding.CodePage is 28592 or 28593 or 28594 or 28599 or 28600 or 28603 or 28604 or 28605 or 28606 or 1250 or 1254 or 1257 or 1258;

    private static bool IsWide(Encoding encoding) => encoding.CodePage is 1200 or 1201 or 12000 or 12001;

    /// <summary>Whether a text has a few NULs and no other bytes that texts do not have. Of UTF-16 this is true only where hardly a letter
    /// is Latin, and no byte happens to look like a control character.</summary>
    private static bool IsTextButForNuls(ReadOnlySpan<byte> bytes) =>
        !bytes.ContainsAny(ControlCharacters) && bytes.Count((byte)0) * (long)FewNuls <= bytes.Length;

    /// <summary>Whether three quarters of the bytes are ASCII. Of Chinese or Korean text in UTF-16 about half are.</summary>
    private static bool IsMostlyAscii(ReadOnlySpan<byte> bytes)
    {
        var ascii = 0L;
        foreach (var value in bytes)
        {
            ascii += value < 0x80 ? 1 : 0;
        }

        return ascii * 4 >= bytes.Length * 3L;
    }

    /// <summary>UTF-16 without a mark has its NULs on one side of each pair, and no control characters; <see langword="null"/> for anything
    /// else with NULs.</summary>
    private static Encoding? Utf16(ReadOnlySpan<byte> bytes)
    {
        var nul = bytes.IndexOf((byte)0);
        var isLittleEndian = (nul & 1) == 1;
        if (!bytes.ContainsAnyInRange((byte)0x80, (byte)0xFF) && !bytes.ContainsAny(ControlCharacters) && !AlternatesNuls(bytes, nul & 1))
        {
            return null;
        }

        for (var i = 0; i + 1 < bytes.Length; i += 2)
        {
            var unit = isLittleEndian ? bytes[i] | (bytes[i + 1] << 8) : (bytes[i] << 8) | bytes[i + 1];
            if (unit is < 0x20 and not ('\t' or '\n' or '\r' or '\f') or 0xFFFE or 0xFFFF)
            {
                return null;
            }
        }

        // A byte that is left over is the first half of a cut character; more than one character has to have come before it.
        return bytes.Length < 4 ? null
            : isLittleEndian ? Encoding.Unicode
            : Encoding.BigEndianUnicode;
    }

    /// <summary>Whether at least three quarters of the pairs have a NUL on this side: what has nothing but NULs and the bytes of ASCII is
    /// either a text of Latin letters in UTF-16, or none.</summary>
    private static bool AlternatesNuls(ReadOnlySpan<byte> bytes, int side)
    {
        var nuls = 0L;
        for (var i = side; i < bytes.Length; i += 2)
        {
            nuls += bytes[i] == 0 ? 1 : 0;
        }

        return nuls * 4 >= bytes.Length / 2 * 3L;
    }

    /// <summary>Whether it is UTF-8 with a few bad bytes, or cut in the middle of a character: other encodings make more bad sequences than
    /// good ones.</summary>
    private static bool IsMostlyUtf8(ReadOnlySpan<byte> bytes)
    {
        var (good, bad) = (0L, 0L);
        while (!bytes.IsEmpty)
        {
            var plain = bytes.IndexOfAnyInRange((byte)0x80, (byte)0xFF);
            if (plain < 0)
            {
                break;
            }

            bytes = bytes[plain..];
            var status = Rune.DecodeFromUtf8(bytes, out _, out var length);
            if (status == OperationStatus.Done)
            {
                good++;
            }
            else if (status == OperationStatus.InvalidData || good == 0)
            {
                bad++;
            }

            bytes = bytes[length..];
        }

        return good > bad;
    }

    private static Encoding Guess(ReadOnlySpan<byte> bytes)
    {
        // Where the letters are that tell.
        var first = Math.Max(bytes.IndexOfAnyInRange((byte)0x80, (byte)0xFF) - 256, 0);
        var sample = bytes.Slice(first, Math.Min(bytes.Length - first, SampleBytes)).ToArray();
        var found = CharsetDetector.DetectFromBytes(sample).Detected;
        return
            found is { Confidence: >= LeastConfidence, EncodingName: { } name }
            && DeclaredCharset.Named(name) is { } encoding
            && !IsWide(encoding)
            && (!IsLatin(encoding) || sample.Count(letter => letter >= 0x80) >= LeastLetters)
            ? encoding
            : DeclaredCharset.Named("windows-1252")!;
    }
}
