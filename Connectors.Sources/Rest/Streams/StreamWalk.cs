using System.Collections.Concurrent;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Streams;

/// <summary>
/// Reads places stream by stream and cuts what comes into pages of the wanted size. What is left of a page of the service is kept for the
/// next call; when it is asked for by
/// another process, it is read again and what was given is passed over, unless it begins otherwise by then: in that case all of it is
/// given. Different
/// partitions can be read at the same time.
/// </summary>
/// <param name="streamsOf">The streams of a place, in order.</param>
/// <param name="time">The clock.</param>
internal sealed class StreamWalk(Func<RestPlace, IReadOnlyList<RestStream>> streamsOf, TimeProvider time) : IDisposable
{
    /// <summary>A page of a slow service ends after this time, so that what was read is not lost with the process.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, PlaceReading> _readings = new(StringComparer.Ordinal);

    /// <summary>Reads a page.</summary>
    /// <param name="reading">A name of what is read, unique among those that are read at the same time.</param>
    /// <param name="places">What is read, in order. Places may come and go between two pages; the others keep their order.</param>
    /// <param name="after">Where to begin.</param>
    /// <param name="limits">When a page is full.</param>
    /// <param name="deleted">Takes the ids that streams say are gone; <see langword="null"/> to pass them over.</param>
    /// <param name="tokenOf">Makes the token of a page out of the walk's; <see langword="null"/> for the walk's own.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public async Task<SourcePage> ReadAsync(
        string reading,
        IReadOnlyList<RestPlace> places,
        PageToken after,
        PageLimits limits,
        List<string>? deleted,
        Func<PageToken, PageToken>? tokenOf,
        CancellationToken cancellationToken
    )
    {
        var position = StreamPosition.Parse(after, places);
        using var page = new SourcePageBuilder(limits);
        var began = time.GetTimestamp();
        var given = new HashSet<string>(StringComparer.Ordinal);
        var current = _readings.GetOrAdd(reading, _ => new PlaceReading(streamsOf));
        while (position.Place < places.Count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var place = places[position.Place];
            if (current.StreamAt(position, place) is not { } stream)
            {
                position = position.NextPlace;
                continue;
            }

            if (page.IsFull || (page.Count > 0 && time.GetElapsedTime(began) > LongEnough))
            {
                return page.Build(TokenOf(position), isLast: false);
            }

            var fetched = current.Take(position) ?? await FetchAsync(current, stream, place, position, cancellationToken);
            if (deleted is not null && fetched.TakesBack(given))
            {
                // What is gone after it was given must not be in the same page: there, a document counts for more.
                current.Keep(position, fetched);
                return page.Build(TokenOf(position), isLast: false);
            }

            position = fetched.MoveTo(page, position, deleted);
            if (!fetched.IsGiven)
            {
                current.Keep(position, fetched);
                return page.Build(TokenOf(position), isLast: false);
            }

            fetched.Dispose();
        }

        return page.Build(PageToken.Start, isLast: true);

        PageToken TokenOf(StreamPosition next)
        {
            var token = next.ToToken(places[next.Place]);
            return tokenOf is null ? token : tokenOf(token);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var reading in _readings.Values)
        {
            reading.Dispose();
        }
    }

    private static async Task<FetchedPage> FetchAsync(
        PlaceReading reading,
        RestStream stream,
        RestPlace place,
        StreamPosition position,
        CancellationToken cancellationToken
    )
    {
        using var taken = new StreamPage();
        try
        {
            var next = await stream.ReadAsync(position.Cursor, taken, cancellationToken);
            var fetched = new FetchedPage(taken.Build(), taken.Deleted, next);
            try
            {
                if (reading.Circle.IsNoticed(position.Cursor, next, stream.IsOneListing ? fetched.Hash : PageCircle.NotLookedAt))
                {
                    throw stream.NeverEnds($"{place.Name}: {stream.Name}");
                }
            }
            catch
            {
                fetched.Dispose();
                throw;
            }

            return fetched;
        }
        catch (ConnectorException closed) when (!place.IsWhole && RestErrors.IsClosedPlace(closed))
        {
            using var gap = new StreamPage();
            gap.AddGap($"{place.Name}, {stream.Name}", closed);
            return new FetchedPage(gap.Build(), [], next: null);
        }
    }
}
