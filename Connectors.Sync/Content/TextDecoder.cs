using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Connectors.Sync.Content;

/// <summary>
/// Makes UTF-8 of a text file's bytes. In this order: a byte order mark decides (UTF-8, UTF-16, UTF-32, either byte order); a NUL byte means that it
/// is no text; bytes that are valid UTF-8 are UTF-8; all else is read as Windows-1252, in which every byte means something.
/// </summary>
internal static class TextDecoder
{
    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
    private static readonly Encoding Utf32BigEndian = new UTF32Encoding(bigEndian: true, byteOrderMark: true);

    /// <summary>The text, or <see langword="null"/> when the bytes are no text. Takes <paramref name="bytes"/> over in either case.</summary>
    public static ContentText? Decode(PooledBuffer bytes)
    {
        var span = bytes.WrittenSpan;
        var (encoding, mark) = ByteOrderMark(span);
        if (encoding is null)
        {
            if (span.Contains((byte)0))
            {
                bytes.Dispose();
                return null;
            }

            encoding = Utf8.IsValid(span[mark..]) ? Encoding.UTF8 : Windows1252;
        }

        if (ReferenceEquals(encoding, Encoding.UTF8))
        {
            return ContentText.Of(bytes, mark);
        }

        using (bytes)
        {
            return Transcode(span[mark..], encoding);
        }
    }

    /// <summary>The encoding that a byte order mark names (<see langword="null"/> for UTF-8, which has yet to be checked, and for none) and the mark's length.</summary>
    private static (Encoding? Encoding, int Length) ByteOrderMark(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (null, 3),
        [0xFF, 0xFE, 0x00, 0x00, ..] => (Encoding.UTF32, 4),
        [0x00, 0x00, 0xFE, 0xFF, ..] => (Utf32BigEndian, 4),
        [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
        [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
        _ => (null, 0),
    };

    private static ContentText Transcode(ReadOnlySpan<byte> bytes, Encoding encoding)
    {
        var characters = ArrayPool<char>.Shared.Rent(encoding.GetMaxCharCount(bytes.Length));
        try
        {
            var text = characters.AsSpan(0, encoding.GetChars(bytes, characters));
            var utf8 = new PooledBuffer(Encoding.UTF8.GetByteCount(text));
            utf8.Advance(Encoding.UTF8.GetBytes(text, utf8.GetSpan(Encoding.UTF8.GetByteCount(text))));
            return ContentText.Of(utf8);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }
}
