using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Streams;

/// <summary>Where the reading of some places is; the resume token of a sync.</summary>
/// <param name="Place">Number of the place among those that are read. A token also names the place, as the numbers move when a place comes
/// or goes.</param>
/// <param name="Stream">Number of the stream in the place.</param>
/// <param name="Given">How many documents of the stream's page were given already.</param>
/// <param name="Hash">A hash of their ids, by which another reading of the same page is known to begin with them.</param>
/// <param name="Cursor">The page's cursor in the stream.</param>
internal readonly record struct StreamPosition(int Place, int Stream, int Given, UInt128 Hash, string Cursor)
{
    /// <summary>The first page of the first stream.</summary>
    public static StreamPosition Start => new(0, 0, 0, UInt128.Zero, string.Empty);

    /// <summary>The first page of the next stream.</summary>
    public StreamPosition NextStream => new(Place, Stream + 1, 0, UInt128.Zero, string.Empty);

    /// <summary>The first page of the next place.</summary>
    public StreamPosition NextPlace => new(Place + 1, 0, 0, UInt128.Zero, string.Empty);

    /// <summary>Reads a token. When its place is gone, nothing tells what lay behind it: all places are read again.</summary>
    /// <param name="token">The token.</param>
    /// <param name="places">The places as they are now.</param>
    /// <exception cref="ConnectorException">Something else wrote it.</exception>
    public static StreamPosition Parse(PageToken token, IReadOnlyList<RestPlace> places)
    {
        if (token.IsStart)
        {
            return Start;
        }

        var parts = token.Value.Split('|', 5);
        return
            parts.Length == 5
            && parts[0].Split('.') is [var number, var name]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            && ulong.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var key)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var stream)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            && UInt128.TryParse(parts[3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash)
            ? IndexOf(place, key, places) is { } index
                ? new StreamPosition(index, stream, given, hash, parts[4])
                : Start
            : throw NoPlace(token.Value);
    }

    /// <summary>The error of a token, or a part of one, that another program or another configuration wrote.</summary>
    public static ConnectorException NoPlace(string text) => new($"'{text}' is no place in this source. Start the sync anew.");

    /// <summary>The token.</summary>
    /// <param name="place">The place that is read.</param>
    /// <exception cref="ConnectorException">The stream's cursor is too long to be kept.</exception>
    public PageToken ToToken(RestPlace place)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Place}.{NameOf(place):x}|{Stream}|{Given}|{Hash:x}|{Cursor}");
        return text.Length <= PageToken.MaxLength
            ? new PageToken(text)
            : throw new ConnectorException(
                $"The service gave a place of {Cursor.Length} characters for the next page, which is too long to be kept."
            );
    }

    private static int? IndexOf(int number, ulong name, IReadOnlyList<RestPlace> places)
    {
        if (number < places.Count && NameOf(places[number]) == name)
        {
            return number;
        }

        for (var index = 0; index < places.Count; index++)
        {
            if (NameOf(places[index]) == name)
            {
                return index;
            }
        }

        return null;
    }

    /// <summary>A short name of a place: keys can be long, and hold anything.</summary>
    private static ulong NameOf(RestPlace place) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(place.Key.AsSpan()));
}
