using System.IO.Hashing;
using System.Runtime.InteropServices;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Paging;

/// <summary>
/// Notices a listing that never ends: a cursor that leads back, pages that hold the same as an earlier one (a service that does not know
/// the paging
/// parameter gives the first page for ever), empty pages without end. A page that is read again is none of these. One thread at a time.
/// </summary>
internal sealed class PageCircle
{
    /// <summary>Stands for a content that may well come again.</summary>
    public static readonly UInt128 NotLookedAt = UInt128.MaxValue;

    private const int MostEmptyPages = 1_000;
    private readonly Dictionary<UInt128, int> _cursors = [];
    private readonly Dictionary<UInt128, UInt128> _contents = [];
    private int _emptyPages;

    /// <summary>Looks at a page.</summary>
    /// <param name="listing">The listing, for the message.</param>
    /// <param name="cursor">The page's cursor.</param>
    /// <param name="next">The next one's; <see langword="null"/> at the end.</param>
    /// <param name="content">A hash of the page's ids; <see langword="null"/> when it holds none.</param>
    /// <exception cref="ConnectorException">The listing would never end.</exception>
    public void Check(string listing, string cursor, string? next, UInt128? content)
    {
        if (IsNoticed(cursor, next, content))
        {
            throw NeverEnds(listing);
        }
    }

    /// <summary>The error that says so.</summary>
    public static ConnectorException NeverEnds(string listing) =>
        new(
            $"{listing}: after some pages one came again, or nothing but empty ones, so the reading would never end. "
                + "Nothing is deleted. Start the sync again; if it stays so, the service does not page as it should."
        );

    /// <summary>Looks at a page.</summary>
    /// <param name="cursor">The page's cursor.</param>
    /// <param name="next">The next one's; <see langword="null"/> at the end.</param>
    /// <param name="content">A hash of the page's ids; <see langword="null"/> when it holds none.</param>
    /// <returns>Whether the listing would never end.</returns>
    public bool IsNoticed(string cursor, string? next, UInt128? content)
    {
        var (here, there) = (Hash(cursor), next is null ? default(UInt128?) : Hash(next));
        var number = NumberOf(here);
        _emptyPages = content is null ? _emptyPages + 1 : 0;
        var isRepeated = content is { } ids && ids != NotLookedAt && !_contents.TryAdd(ids, here) && _contents[ids] != here;
        return isRepeated || (there is { } other && NumberOf(other) <= number) || _emptyPages > MostEmptyPages;
    }

    private static UInt128 Hash(string text) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text.AsSpan()));

    private int NumberOf(UInt128 cursor)
    {
        if (!_cursors.TryGetValue(cursor, out var number))
        {
            _cursors[cursor] = number = _cursors.Count;
        }

        return number;
    }
}
