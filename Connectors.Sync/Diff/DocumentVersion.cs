using System.Globalization;
using System.IO.Hashing;

namespace Connectors.Sync.Diff;

/// <summary>
/// 64 bits that change when a document changes: computed from its time stamp if the source has one, otherwise from its body. Equal versions
/// mean an unchanged document (but for a hash collision, 1 in 2^64).
/// </summary>
public readonly record struct DocumentVersion(ulong Value)
{
    // Keeps time stamps and digests apart, so that a document that changes from one kind to the other counts as changed.
    private const ulong TimestampSalt = 0x9E37_79B9_7F4A_7C15;

    /// <summary>No version: never equal to a document's, so the document is written again.</summary>
    public static DocumentVersion None => default;

    /// <summary>Whether there is none.</summary>
    public bool IsNone => Value == 0;

    /// <summary>The version of a document with that time stamp, to the nearest microsecond. The same instant gives the same version,
    /// however it is written.</summary>
    /// <remarks>The Python service stores microseconds, so its documents compare equal.</remarks>
    public static DocumentVersion FromTimestamp(DateTimeOffset timestamp) =>
        Of(Mix((ulong)((timestamp.UtcTicks + (TimeSpan.TicksPerMicrosecond / 2)) / TimeSpan.TicksPerMicrosecond) ^ TimestampSalt));

    /// <summary>The version of a document whose <c>_timestamp</c> reads <paramref name="text"/>; <see cref="None"/> when it isn't ISO
    /// 8601.</summary>
    public static DocumentVersion FromTimestamp(string text) =>
        DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var timestamp
        )
            ? FromTimestamp(timestamp)
            : None;

    /// <summary>The version of a document whose <c>_digest</c> is <paramref name="digest"/>.</summary>
    public static DocumentVersion FromDigest(long digest) => Of((ulong)digest);

    /// <summary>The digest of a body, as it is kept in <c>_digest</c>: XxHash3 of its bytes, never 0.</summary>
    public static long Digest(ReadOnlySpan<byte> body) => (long)Of(XxHash3.HashToUInt64(body)).Value;

    /// <summary>The digest of a body and, where the source has one, the document's time stamp.</summary>
    internal static long Digest(ReadOnlySpan<byte> body, DateTimeOffset? timestamp) =>
        timestamp is { } at ? (long)Of(XxHash3.HashToUInt64(body, at.UtcTicks)).Value : Digest(body);

    private static DocumentVersion Of(ulong value) => new(value == 0 ? 1 : value);

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
