using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sources.ObjectStores.S3;

/// <summary>
/// A range of a bucket's keys in S3's order, that of their UTF-8 bytes: after <paramref name="After"/>, up to and including
/// <paramref name="Through"/>; <see langword="null"/> = no end; of these, only those that begin with <paramref name="Prefix"/>. Ranges, not
/// prefixes, so that every key is in exactly one, whether it has a delimiter or not, and whenever it appears.
/// </summary>
internal sealed record S3Bounds(string Bucket, string? After, string? Through, string? Prefix = null)
{
    public static S3Bounds? Parse(SourcePartition partition)
    {
        if (partition.Bounds.Length == 0)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<S3Bounds>(partition.Bounds) is { Bucket.Length: > 0 } bounds
                ? bounds
                : throw new JsonException("no bucket");
        }
        catch (JsonException damaged)
        {
            throw new ConnectorException(
                FailureKind.Fatal,
                $"Partition '{partition.Name}' of S3: its bounds are damaged. Start a new sync.",
                damaged
            );
        }
    }

    /// <summary>Divides a bucket at some of these prefixes, given in S3's order.</summary>
    public static IEnumerable<SourcePartition> Divide(string bucket, IReadOnlyList<string> prefixes, int wanted)
    {
        var count = Math.Clamp(wanted, 1, Math.Max(prefixes.Count, 1));
        for (var i = 0; i < count; i++)
        {
            var bounds = new S3Bounds(
                bucket,
                i == 0 ? null : prefixes[(int)((long)i * prefixes.Count / count)],
                i == count - 1 ? null : prefixes[(int)((i + 1L) * prefixes.Count / count)]
            );
            yield return new SourcePartition(count == 1 ? bucket : $"{bucket} {i + 1} of {count}", JsonSerializer.Serialize(bounds));
        }
    }

    /// <summary>Everything below a prefix as one partition.</summary>
    public static SourcePartition Below(string bucket, string prefix) =>
        new($"{bucket}/{prefix}", JsonSerializer.Serialize(new S3Bounds(bucket, null, null, prefix)));

    public bool EndsBefore(string key) => Through is not null && CompareKeys(key, Through) > 0;

    /// <summary>S3's order of keys.</summary>
    internal static int CompareKeys(string item, string other)
    {
        // UTF-16 orders like UTF-8 except that surrogates stand before U+E000 to U+FFFF.
        var shared = item.AsSpan().CommonPrefixLength(other);
        if (shared == item.Length || shared == other.Length)
        {
            return item.Length.CompareTo(other.Length);
        }

        var (left, right) = (item[shared], other[shared]);
        return char.IsSurrogate(left) == char.IsSurrogate(right) ? left.CompareTo(right)
            : char.IsSurrogate(left) ? 1
            : -1;
    }
}
