using System.Security.Cryptography;
using Connectors.Abstractions;

namespace Connectors.Sources.Databases.Redis;

/// <summary>
/// A position in a scan: the cursor to use next, and hashes of the keys of its response that were processed. The server keeps no state for
/// a cursor, so repeating one is always safe; its response may then hold other keys, which is why the processed ones are named, not
/// counted.
/// </summary>
/// <param name="Cursor">The server's cursor, <c>0</c> at the start.</param>
/// <param name="Given">Marks of keys, see <see cref="Mark"/>.</param>
internal sealed record RedisScanPosition(string Cursor, IReadOnlySet<string> Given)
{
    /// <summary>How many marks a token has room for.</summary>
    public const int MostGiven = 150;

    private const char Separator = ' ';

    public static RedisScanPosition Start { get; } = At("0");

    public static RedisScanPosition At(string cursor) => new(cursor, new HashSet<string>(StringComparer.Ordinal));

    /// <summary>16 bytes of hash, so that no other key of the same answer is taken for one that was given.</summary>
    public static string Mark(byte[] key) => Convert.ToBase64String(MD5.HashData(key))[..22];

    public PageToken ToToken() => new(string.Join(Separator, Given.Prepend(Cursor)));

    /// <exception cref="ConnectorException">The token is damaged.</exception>
    public static RedisScanPosition Parse(PageToken token)
    {
        if (token.IsStart)
        {
            return Start;
        }

        var parts = token.Value.Split(Separator);
        return ulong.TryParse(parts[0], System.Globalization.CultureInfo.InvariantCulture, out _)
            ? new RedisScanPosition(parts[0], parts.Skip(1).ToHashSet(StringComparer.Ordinal))
            : throw new ConnectorException("A place in the database is damaged. Start a new sync.");
    }
}
