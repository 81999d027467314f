using System.Text;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.EndToEnd;

/// <summary>A listing of many items, page after page, in the place of the first one that is asked for.</summary>
internal sealed class GeneratedItems
{
    /// <summary>Items in all.</summary>
    public const int Count = 20_000;

    private static readonly Dictionary<string, string> Json = new(StringComparer.Ordinal) { ["content-type"] = "application/json" };

    private string? _place;
    private int _given;

    /// <summary>Whose items a request asks for: a channel, a folder; <see langword="null"/> for other requests.</summary>
    public required Func<ReplayRequest, string?> PlaceOf { get; init; }

    /// <summary>Items of a page; a divisor of <see cref="Count"/>.</summary>
    public required int PageSize { get; init; }

    /// <summary>An item by its number.</summary>
    public required Func<int, string> Item { get; init; }

    /// <summary>A page by its items and the number of the first item of the next page, if there is one.</summary>
    public required Func<string, int?, string> Page { get; init; }

    /// <summary>Answers what is asked for beside the pages: for each item, or once.</summary>
    public Func<ReplayRequest, ReplayAnswer?> Beside { get; init; } = _ => null;

    /// <summary>How many of these requests there are.</summary>
    public int RequestsBeside { get; init; }

    /// <summary>How many requests the listing takes.</summary>
    public int Requests => (Count / PageSize) + RequestsBeside;

    /// <summary>An answer of JSON.</summary>
    public static ReplayAnswer Answer(string json) => new(200, Json, Encoding.UTF8.GetBytes(json));

    /// <summary>A recording with this listing in it, also where the parts of a batch are looked up.</summary>
    public ReplaySource In(ReplaySource recording) =>
        recording with
        {
            Answer = (request, find) => Find(request) ?? recording.Answer(request, part => Find(part) ?? find(part)),
        };

    private ReplayAnswer? Find(ReplayRequest request) => PlaceOf(request) is { } place && Next(place) is { } page ? page : Beside(request);

    /// <summary>The next page of a place; <see langword="null"/> for other places than the first, and after the end.</summary>
    private ReplayAnswer? Next(string place)
    {
        _place ??= place;
        if (place != _place || _given == Count)
        {
            return null;
        }

        var items = string.Join(',', Enumerable.Range(_given, PageSize).Select(Item));
        _given += PageSize;
        return Answer(Page(items, _given < Count ? _given : null));
    }
}
