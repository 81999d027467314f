using System.Text;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.EndToEnd;

/// <summary>A listing of many items, page after page, in the place of the first one that is asked for.</summary>
/// <param name="pageSize">Items of a page; a divisor of <see cref="Count"/>.</param>
/// <param name="item">An item by its number.</param>
/// <param name="page">A page by its items and the number of the first item of the next page, if there is one.</param>
internal sealed class GeneratedItems(int pageSize, Func<int, string> item, Func<string, int?, string> page)
{
    /// <summary>Items in all.</summary>
    public const int Count = 20_000;

    private static readonly Dictionary<string, string> Json = new(StringComparer.Ordinal) { ["content-type"] = "application/json" };

    private string? _place;
    private int _given;

    /// <summary>An answer of JSON.</summary>
    public static ReplayAnswer Answer(string json) => new(200, Json, Encoding.UTF8.GetBytes(json));

    /// <summary>The next page of a place; <see langword="null"/> for other places than the first, and after the end.</summary>
    public ReplayAnswer? Next(string place)
    {
        _place ??= place;
        if (place != _place || _given == Count)
        {
            return null;
        }

        var items = string.Join(',', Enumerable.Range(_given, pageSize).Select(item));
        _given += pageSize;
        return Answer(page(items, _given < Count ? _given : null));
    }
}
