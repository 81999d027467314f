using Connectors.Abstractions;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest;

/// <summary>
/// A change feed for services that can list what changed since a time: the same streams, restricted to it. The cursor is the time when
/// the last reading began. What is gone is told by streams that know it (<see cref="StreamPage.AddDeleted"/>), and goes with the next
/// full sync otherwise.
/// </summary>
/// <param name="find">The places, in a stable order. Asked once an instance.</param>
/// <param name="walk">Makes the walk through what changed since a time.</param>
/// <param name="time">The clock.</param>
/// <param name="overlap">How far back before the last reading changes are asked for: for what was being written then, and for clocks that
/// differ. Default 15 minutes.</param>
internal sealed class TimeChanges(
    Func<CancellationToken, Task<IReadOnlyList<RestPlace>>> find,
    Func<DateTimeOffset, StreamWalk> walk,
    TimeProvider time,
    TimeSpan? overlap = null
) : IDisposable
{
    private IReadOnlyList<RestPlace>? _places;
    private (DateTimeOffset Since, StreamWalk Walk)? _walk;

    /// <summary>Where the source is now.</summary>
    public ChangeStart Start() => new(TimeCursor.At(time.GetUtcNow()));

    /// <summary>Reads a page of changes, as <see cref="IChangeFeed.ReadChangesAsync"/>.</summary>
    public async Task<ChangePage> ReadAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        if (TimeCursor.TimeOf(cursor) is not { } since)
        {
            return ChangePage.Expired("The stored time of the last sync can't be read.");
        }

        var position = TimeCursor.Parse(after, time);
        var places = _places ??= await find(cancellationToken);
        if (_walk?.Since != since)
        {
            _walk?.Walk.Dispose();
            _walk = (since, walk(since - (overlap ?? TimeSpan.FromMinutes(15))));
        }

        var deleted = new List<string>();
        // The token of the walk goes into one that also knows when this reading began.
        var page = await _walk.Value.Walk.ReadAsync(
            "changes",
            places,
            new PageToken(position.After),
            limits,
            deleted,
            next => position.Token(next.Value),
            cancellationToken
        );
        return new ChangePage(page, deleted, page.IsLast ? TimeCursor.At(position.StartedAt) : null);
    }

    /// <inheritdoc/>
    public void Dispose() => _walk?.Walk.Dispose();
}
