namespace Connectors.Abstractions;

/// <summary>
/// What one host may be asked: so many requests at a time, one each so often, and none before the time that it asked to wait for. Safe
/// for concurrent use.
/// </summary>
/// <param name="requestsAtATime">Requests at the same time.</param>
/// <param name="time">The clock.</param>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing to dispose of.
internal sealed class HostBudget(int requestsAtATime, TimeProvider time)
#pragma warning restore CA1001
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim _places = new(requestsAtATime, requestsAtATime);
    private readonly Lock _lock = new();
    private DateTimeOffset _closedUntil;
    private DateTimeOffset _nextStart;

    /// <summary>Until when the host asked to be left alone; a time in the past when it did not.</summary>
    public DateTimeOffset ClosedUntil
    {
        get
        {
            lock (_lock)
            {
                return _closedUntil;
            }
        }
    }

    /// <summary>Waits until a request may be sent, unless the host asks to be left alone for too long. The caller disposes what is returned
    /// when the answer is there.</summary>
    /// <param name="spacing">The least time since the beginning of the request before.</param>
    /// <param name="longest">For how long a request that has a place may be held because of the host.</param>
    /// <param name="waits">Is told until when the host asked to be left alone.</param>
    /// <param name="cancellationToken">Ends the waiting at once.</param>
    /// <returns><see langword="null"/> as soon as it is known that the request would be held for longer.</returns>
    public async Task<IDisposable?> TryEnterAsync(
        TimeSpan spacing,
        TimeSpan longest,
        RequestWaits waits,
        CancellationToken cancellationToken
    )
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            var since = time.GetUtcNow();
            while (Wait(spacing) is { Ticks: > 0 } wait)
            {
                // While the request is held, an answer to another one may ask for more.
                if (ClosedUntil - since > longest)
                {
                    _places.Release();
                    return null;
                }

                waits.Add(ClosedUntil);

                // A delay takes whole milliseconds: a part of one would be waited for without a pause. It takes no more than seven weeks.
                var milliseconds = Math.Ceiling(Math.Min(wait.TotalMilliseconds, LongestDelay.TotalMilliseconds));
                await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), time, cancellationToken);
            }
        }
        catch
        {
            _places.Release();
            throw;
        }

        return new Place(_places);
    }

    /// <summary>Lets no request begin for a while, whoever sends it.</summary>
    public void CloseFor(TimeSpan wait)
    {
        lock (_lock)
        {
            var until = time.GetUtcNow() + wait;
            _closedUntil = until > _closedUntil ? until : _closedUntil;
        }
    }

    /// <summary>How long to wait still; at zero the start is taken.</summary>
    private TimeSpan Wait(TimeSpan spacing)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var start = _closedUntil > _nextStart ? _closedUntil : _nextStart;
            if (start > now)
            {
                return start - now;
            }

            _nextStart = now + spacing;
            return TimeSpan.Zero;
        }
    }

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        private SemaphoreSlim? _places = places;

        public void Dispose() => Interlocked.Exchange(ref _places, null)?.Release();
    }
}
