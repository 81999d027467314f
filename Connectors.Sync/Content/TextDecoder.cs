using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Connectors.Abstractions;
using Connectors.Charsets;

namespace Connectors.Sync.Content;

/// <summary>Makes UTF-8 of a text file's bytes, whatever they are in (<see cref="TextEncoding"/>). A byte that means nothing there becomes
/// U+FFFD, and only that byte.</summary>
internal static class TextDecoder
{
    /// <summary>The text, or <see langword="null"/> when the bytes are no text. Takes <paramref name="bytes"/> over in either
    /// case.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="declared">The charset that its source declares, or <see langword="null"/>.</param>
    /// <param name="isHtml">Whether it may declare one as a web page does.</param>
    public static ContentText? Decode(PooledBuffer bytes, Encoding? declared = null, bool isHtml = false)
    {
        var (encoding, mark) = TextEncoding.Of(bytes.WrittenSpan, declared, isHtml);
        if (encoding is not null && ReferenceEquals(encoding, Encoding.UTF8) && Utf8.IsValid(bytes.WrittenSpan[mark..]))
        {
            return ContentText.Of(bytes, mark);
        }

        using (bytes)
        {
            return encoding is null ? null : ContentText.Of(Transcode(bytes.WrittenSpan[mark..], encoding));
        }
    }

    /// <summary>The bytes as UTF-8 with a byte order mark, so that whoever reads them next needs no declaration. Takes
    /// <paramref name="bytes"/> over.</summary>
    public static PooledBuffer Marked(PooledBuffer bytes, Encoding declared)
    {
        var (encoding, mark) = TextEncoding.Of(bytes.WrittenSpan, declared, isHtml: false);
        if (encoding is null || mark > 0)
        {
            return bytes;
        }

        using (bytes)
        {
            return Transcode(bytes.WrittenSpan, encoding, Encoding.UTF8.Preamble);
        }
    }

    private static PooledBuffer Transcode(ReadOnlySpan<byte> bytes, Encoding encoding, ReadOnlySpan<byte> mark = default)
    {
        var characters = ArrayPool<char>.Shared.Rent(encoding.GetMaxCharCount(bytes.Length));
        try
        {
            var text = characters.AsSpan(0, encoding.GetChars(bytes, characters));
            var length = mark.Length + Encoding.UTF8.GetByteCount(text);
            var utf8 = new PooledBuffer(Math.Max(length, 1));
            var to = utf8.GetSpan(length);
            mark.CopyTo(to);
            Encoding.UTF8.GetBytes(text, to[mark.Length..]);
            utf8.Advance(length);
            return utf8;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }
}
