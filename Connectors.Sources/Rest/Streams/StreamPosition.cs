using System.Globalization;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Streams;

/// <summary>Where the reading of some places is; the resume token of a sync.</summary>
/// <param name="Place">Number of the place in its partition.</param>
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

    /// <summary>Reads a token.</summary>
    /// <exception cref="ConnectorException">Something else wrote it.</exception>
    public static StreamPosition Parse(PageToken token)
    {
        if (token.IsStart)
        {
            return Start;
        }

        var parts = token.Value.Split('|', 5);
        return
            parts.Length == 5
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var stream)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            && UInt128.TryParse(parts[3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash)
            ? new StreamPosition(place, stream, given, hash, parts[4])
            : throw NoPlace(token.Value);
    }

    /// <summary>The error of a token, or a part of one, that another program or another configuration wrote.</summary>
    public static ConnectorException NoPlace(string text) => new($"'{text}' is no place in this source. Start the sync anew.");

    /// <summary>The token.</summary>
    /// <exception cref="ConnectorException">The stream's cursor is too long to be kept.</exception>
    public PageToken ToToken()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Place}|{Stream}|{Given}|{Hash:x}|{Cursor}");
        return text.Length <= PageToken.MaxLength
            ? new PageToken(text)
            : throw new ConnectorException(
                $"The service gave a place of {Cursor.Length} characters for the next page, which is too long to be kept."
            );
    }
}
