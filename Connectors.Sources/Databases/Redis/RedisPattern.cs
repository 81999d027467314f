using System.Text;

namespace Connectors.Sources.Databases.Redis;

/// <summary>
/// Redis' patterns of key names, by bytes: <c>*</c> any, <c>?</c> one, <c>[a-c]</c>, <c>[^x]</c>, and a backslash before what is meant as
/// it is. Used where several rules concern one database; a single pattern is left to the server.
/// </summary>
internal static class RedisPattern
{
    public static bool Matches(ReadOnlySpan<byte> name, string pattern) => Matches(name, Encoding.UTF8.GetBytes(pattern).AsSpan());

    private static bool Matches(ReadOnlySpan<byte> name, ReadOnlySpan<byte> pattern)
    {
        // Where to go back to when what follows the last star does not fit: there is never need to go back further.
        ReadOnlySpan<byte> afterStar = default;
        ReadOnlySpan<byte> rest = default;
        var hasStar = false;
        while (true)
        {
            if (pattern is [(byte)'*', ..])
            {
                pattern = pattern[1..];
                afterStar = pattern;
                rest = name;
                hasStar = true;
            }
            else if (!name.IsEmpty && !pattern.IsEmpty && MatchesOne(name[0], ref pattern))
            {
                name = name[1..];
            }
            else if (name.IsEmpty && pattern.IsEmpty)
            {
                return true;
            }
            else if (hasStar && !rest.IsEmpty)
            {
                rest = rest[1..];
                name = rest;
                pattern = afterStar;
            }
            else
            {
                return false;
            }
        }
    }

    /// <summary>Compares one byte with the next element of the pattern, and goes past it.</summary>
    private static bool MatchesOne(byte item, ref ReadOnlySpan<byte> pattern)
    {
        switch (pattern[0])
        {
            case (byte)'?':
                pattern = pattern[1..];
                return true;
            case (byte)'[':
                return MatchesSet(item, ref pattern);
            case (byte)'\\' when pattern.Length > 1:
                pattern = pattern[1..];
                break;
        }

        var isSame = item == pattern[0];
        pattern = pattern[1..];
        return isSame;
    }

    /// <summary>A set that is not closed reaches to the end of the pattern.</summary>
    private static bool MatchesSet(byte item, ref ReadOnlySpan<byte> pattern)
    {
        pattern = pattern[1..];
        var isNegated = pattern is [(byte)'^', ..];
        if (isNegated)
        {
            pattern = pattern[1..];
        }

        var isIn = false;
        while (!pattern.IsEmpty && pattern[0] != (byte)']')
        {
            if (pattern is [(byte)'\\', _, ..])
            {
                isIn |= pattern[1] == item;
                pattern = pattern[2..];
            }
            else if (pattern is [var from, (byte)'-', var to, ..])
            {
                isIn |= item >= Math.Min(from, to) && item <= Math.Max(from, to);
                pattern = pattern[3..];
            }
            else
            {
                isIn |= pattern[0] == item;
                pattern = pattern[1..];
            }
        }

        pattern = pattern.IsEmpty ? pattern : pattern[1..];
        return isIn != isNegated;
    }
}
