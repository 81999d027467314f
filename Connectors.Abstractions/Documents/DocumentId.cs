using System.Security.Cryptography;
using System.Text;

namespace Connectors.Abstractions;

/// <summary>
/// Maps a source's id to Elasticsearch's <c>_id</c>, which is at most <see cref="MaxBytes"/> bytes of UTF-8: a longer id is replaced by its
/// SHA-256, and its text is stored in <see cref="OriginalField"/>.
/// </summary>
public static class DocumentId
{
    /// <summary>Largest <c>_id</c>, in bytes of UTF-8 (Elasticsearch reference, "_id field").</summary>
    public const int MaxBytes = 512;

    /// <summary>The field that keeps the text of an id that was too long.</summary>
    public const string OriginalField = "_original_id";

    /// <summary>Whether <paramref name="id"/> has to be replaced.</summary>
    public static bool IsTooLong(ReadOnlySpan<byte> id) => id.Length > MaxBytes;

    /// <summary>The <c>_id</c> that stands for an id that is too long: <c>sha256-</c> and 64 hexadecimal digits.</summary>
    public static byte[] Shorten(ReadOnlySpan<byte> id) =>
        Encoding.UTF8.GetBytes("sha256-" + Convert.ToHexStringLower(SHA256.HashData(id)));
}
