using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.HttpJson.Streams;

/// <summary>
/// Where a page is, as it is kept between two pages. The address itself, where it can be kept (<see cref="StoredAddress"/>); else how many
/// pages it is behind one that can, with a hash of the ids in between, by which the way there is known again.
/// </summary>
/// <param name="Base">The last address that can be kept; empty for the first page.</param>
/// <param name="Hops">How many pages it is behind that.</param>
/// <param name="Hash">A hash of the ids from the base up to it.</param>
internal readonly record struct PagePlace(string Base, int Hops, ulong Hash)
{
    private const char Mark = '!';

    /// <summary>Reads a cursor.</summary>
    /// <exception cref="ConnectorException">Something else wrote it.</exception>
    public static PagePlace Parse(string cursor)
    {
        if (!cursor.StartsWith(Mark))
        {
            return new PagePlace(cursor, 0, 0);
        }

        var parts = cursor.Split(Mark, 4);
        return
            parts.Length == 4
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var hops)
            && ulong.TryParse(parts[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash)
            ? new PagePlace(parts[3], hops, hash)
            : throw StreamPosition.NoPlace(cursor);
    }

    /// <summary>The cursor.</summary>
    public override string ToString() =>
        Hops == 0 ? Base : string.Create(CultureInfo.InvariantCulture, $"{Mark}{Hops}{Mark}{Hash:x}{Mark}{Base}");
}
