using System.Globalization;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Streams;

/// <summary>
/// For each item of a listing, the streams of that item, one after the other: the messages of each chat, the files of each folder. For
/// what is too many, or too small, to
/// be a place of its own. An item that is closed or gone is a gap.
/// </summary>
/// <param name="name">What it lists.</param>
/// <param name="client">Asks for the items.</param>
/// <param name="first">The request for the first page of items.</param>
/// <param name="paging">How they are paged.</param>
/// <param name="placeOf">What is needed of an item to read it; <see langword="null"/> to pass it over.</param>
/// <param name="streamsOf">Its streams.</param>
internal sealed class EachStream(
    string name,
    RestClient client,
    RestRequest first,
    RestPaging paging,
    Func<JsonElement, RestPlace?> placeOf,
    Func<RestPlace, IReadOnlyList<RestStream>> streamsOf
) : RestStream(name)
{
    private readonly PageCircle _items = new();
    private PageCircle _child = new();
    private (string Item, int Stream) _at = (string.Empty, -1);
    private ItemPage? _page;
    private (RestPlace Item, IReadOnlyList<RestStream> Streams)? _current;

    /// <inheritdoc/>
    public override bool IsOneListing => false;

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var place = Position.Parse(cursor);
        var items = await ItemsAsync(place.ItemCursor, cancellationToken);
        var index =
            place.Item < items.Places.Count && (place.Key.Length == 0 || items.Places[place.Item].Key == place.Key)
                ? place.Item
                : items.Places.FindIndex(item => item.Key == place.Key);
        if (index < 0)
        {
            // The page holds other items by now, or none: nothing of it may be passed over.
            (index, place) = (0, new Position(place.ItemCursor, 0, string.Empty, 0, string.Empty));
        }

        if (index >= items.Places.Count)
        {
            return items.Next is null ? null : new Position(items.Next, 0, string.Empty, 0, string.Empty).ToString();
        }

        var item = items.Places[index];
        var streams = StreamsOf(item);
        var next = place.Stream < streams.Count ? await ReadChildAsync(item, streams[place.Stream], place, page, cancellationToken) : null;
        return next is not null ? new Position(place.ItemCursor, index, item.Key, place.Stream, next).ToString()
            : place.Stream + 1 < streams.Count ? new Position(place.ItemCursor, index, item.Key, place.Stream + 1, string.Empty).ToString()
            : index + 1 < items.Places.Count
                ? new Position(place.ItemCursor, index + 1, items.Places[index + 1].Key, 0, string.Empty).ToString()
            : items.Next is null ? null
            : new Position(items.Next, 0, string.Empty, 0, string.Empty).ToString();
    }

    /// <summary>The streams of an item, the same ones for as long as it is read: they may keep what they found out.</summary>
    private IReadOnlyList<RestStream> StreamsOf(RestPlace item)
    {
        if (_current is { } current && current.Item == item)
        {
            return current.Streams;
        }

        var streams = streamsOf(item);
        _current = (item, streams);
        return streams;
    }

    private async Task<string?> ReadChildAsync(
        RestPlace item,
        RestStream stream,
        Position place,
        StreamPage page,
        CancellationToken cancellationToken
    )
    {
        if (_at != (item.Key, place.Stream))
        {
            (_at, _child) = ((item.Key, place.Stream), new PageCircle());
        }

        try
        {
            var next = await stream.ReadAsync(place.Cursor, page, cancellationToken);
            return _child.IsNoticed(place.Cursor, next, PageCircle.NotLookedAt)
                ? throw stream.NeverEnds($"{item.Name}: {stream.Name}")
                : next;
        }
        catch (ConnectorException closed) when (RestErrors.IsClosedPlace(closed))
        {
            page.AddGap($"{item.Name}, {stream.Name}", closed);
            return null;
        }
    }

    private async Task<ItemPage> ItemsAsync(string cursor, CancellationToken cancellationToken)
    {
        if (_page is { } kept && kept.Cursor == cursor)
        {
            return kept;
        }

        using var answer = await client.SendAsync(paging.Request(first, cursor), cancellationToken);
        var items = paging.Items(answer);
        var next = paging.Next(answer, cursor, items);
        _items.Check(Name, cursor, next, items.GetArrayLength() == 0 ? null : ContentHash.Of(items));
        return _page = new ItemPage(cursor, [.. items.EnumerateArray().Select(placeOf).OfType<RestPlace>()], next);
    }

    private sealed record ItemPage(string Cursor, List<RestPlace> Places, string? Next);

    private sealed record Position(string ItemCursor, int Item, string Key, int Stream, string Cursor)
    {
        public static Position Parse(string cursor)
        {
            if (cursor.Length == 0)
            {
                return new Position(string.Empty, 0, string.Empty, 0, string.Empty);
            }

            var parts = JsonSerializer.Deserialize<string[]>(cursor)!;
            return new Position(
                parts[0],
                int.Parse(parts[1], CultureInfo.InvariantCulture),
                parts[2],
                int.Parse(parts[3], CultureInfo.InvariantCulture),
                parts[4]
            );
        }

        public override string ToString() =>
            JsonSerializer.Serialize(
                new[]
                {
                    ItemCursor,
                    Item.ToString(CultureInfo.InvariantCulture),
                    Key,
                    Stream.ToString(CultureInfo.InvariantCulture),
                    Cursor,
                }
            );
    }
}
