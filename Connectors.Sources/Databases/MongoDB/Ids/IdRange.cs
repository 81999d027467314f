using Connectors.Abstractions;

namespace Connectors.Sources.Databases.MongoDB.Ids;

/// <summary>A partition: the ids from <see cref="From"/> (inclusive) to <see cref="Before"/> (exclusive) in the server's sort order; open
/// where null.</summary>
internal readonly record struct IdRange(RawId? From, RawId? Before)
{
    private const char Separator = '~';

    /// <summary>Index of the first bracket that can hold an id of this range.</summary>
    public int FirstBracket => From is { } from ? IdBracket.IndexOf(from) : 0;

    /// <summary>Index of the last bracket that can hold an id of this range.</summary>
    public int LastBracket => Before is { } before ? IdBracket.IndexOf(before) : IdBracket.All.Count - 1;

    /// <summary>Whether an id can stand between two ranges: not where there is one value only, and not when it is long.</summary>
    public static bool CanBound(RawId id)
    {
        const int LongestBound = 256;
        return id.Value.Length <= LongestBound && IdBracket.IndexOf(id) is >= 0 and var bracket && !IdBracket.All[bracket].IsSingle;
    }

    public string Encode() => $"{From?.Encode()}{Separator}{Before?.Encode()}";

    /// <summary>Reads <see cref="SourcePartition.Bounds"/>.</summary>
    /// <exception cref="ConnectorException">Nothing that this source wrote.</exception>
    public static IdRange Decode(string bounds)
    {
        if (bounds.Length == 0)
        {
            return default;
        }

        var parts = bounds.Split(Separator);
        if (parts.Length == 2)
        {
            var (from, before) = (RawId.Decode(parts[0]), RawId.Decode(parts[1]));
            if (IsSound(from, parts[0]) && IsSound(before, parts[1]))
            {
                return new IdRange(from, before);
            }
        }

        throw new ConnectorException("The stored plan of this sync holds a range of ids that can't be read. Start the sync again.");
    }

    private static bool IsSound(RawId? id, string text) => id is { } bound ? CanBound(bound) : text.Length == 0;
}
