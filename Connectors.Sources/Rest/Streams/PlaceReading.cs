using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Streams;

/// <summary>
/// What is kept between two pages of a partition: the streams of the place that is read, and what is left of a page. One thread at a time.
/// </summary>
internal sealed class PlaceReading(Func<RestPlace, IReadOnlyList<RestStream>> streamsOf) : IDisposable
{
    private (string? Place, int Stream) _at = (null, -1);
    private IReadOnlyList<RestStream> _streams = [];
    private (StreamPosition Position, FetchedPage Page)? _left;

    /// <summary>Watches the listing that is read.</summary>
    public PageCircle Circle { get; private set; } = new();

    /// <summary>The stream at a position; <see langword="null"/> when the place has no more.</summary>
    public RestStream? StreamAt(StreamPosition position, RestPlace place)
    {
        if (_at.Place != place.Key)
        {
            _streams = streamsOf(place);
            _left?.Page.Dispose();
            _left = null;
        }

        if (_at != (place.Key, position.Stream))
        {
            _at = (place.Key, position.Stream);
            Circle = new PageCircle();
        }

        return position.Stream < _streams.Count ? _streams[position.Stream] : null;
    }

    /// <summary>What was left at a position, if that is the one that is asked for now.</summary>
    public FetchedPage? Take(StreamPosition position)
    {
        var left = _left;
        _left = null;
        if (left is { } kept && kept.Position == position)
        {
            return kept.Page;
        }

        left?.Page.Dispose();
        return null;
    }

    /// <summary>Keeps what is left.</summary>
    public void Keep(StreamPosition position, FetchedPage page) => _left = (position, page);

    /// <inheritdoc/>
    public void Dispose() => _left?.Page.Dispose();
}
