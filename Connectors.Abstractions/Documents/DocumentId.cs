using System.Security.Cryptography;
using System.Text;

namespace Connectors.Abstractions;

/// <summary>
/// What becomes of a source's id in Elasticsearch, whose <c>_id</c> holds at most <see cref="MaxBytes"/> bytes of UTF-8: a longer one is replaced by its
/// SHA-256, and the full text is kept in the field <see cref="OriginalField"/>.
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
    public static byte[] Shorten(ReadOnlySpan<byte> id) => Encoding.UTF8.GetBytes("sha256-" + Convert.ToHexStringLower(SHA256.HashData(id)));
}
