namespace Connectors.Sync.Engine.Pages;

/// <summary>
/// One budget in bytes for all that the syncs of a process hold in flight: pages that are read, batches, requests on the way, contents.
/// Whoever is about to hold something takes a share, and waits while the budget is spent. Safe for concurrent use; shares are given in the
/// order they were asked for.
/// </summary>
/// <remarks>
/// <para>What turns out to be larger than its share counts in full, and nothing new is begun until the budget is balanced. What can't be
/// divided and is larger than all of the budget has it to itself.</para>
/// <para>It never brings a sync to a standstill: a share is parked while its owner waits for another one, or for a source that may hang;
/// when nothing but parked shares is in use, the first in the queue is served.</para>
/// </remarks>
/// <param name="limit">Bytes.</param>
internal sealed class FlightBudget(long limit)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(long Bytes, TaskCompletionSource Given)> _waiting = new();
    private long _used;
    private long _parked;

    /// <summary>Bytes that may be in flight.</summary>
    public long Limit => limit;

    /// <summary>Bytes in flight now.</summary>
    public long Used
    {
        get
        {
            lock (_lock)
            {
                return _used;
            }
        }
    }

    /// <summary>The most bytes that ever were.</summary>
    public long Peak
    {
        get
        {
            lock (_lock)
            {
                return field;
            }
        }
        private set;
    }

    /// <summary>Waits for a share. Whoever takes it disposes it.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="held">What the caller holds meanwhile; <see langword="null"/> for nothing.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask<FlightShare> TakeAsync(long bytes, FlightShare? held, CancellationToken cancellationToken)
    {
        LinkedListNode<(long Bytes, TaskCompletionSource Given)> place;
        lock (_lock)
        {
            if (_waiting.Count == 0 && HasRoom(bytes))
            {
                Count(bytes);
                return new FlightShare(this, bytes);
            }

            place = _waiting.AddLast((bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        held?.Park();
        try
        {
            await using (cancellationToken.Register(() => Forget(place, cancellationToken)))
            {
                await place.Value.Given.Task;
            }
        }
        finally
        {
            held?.Resume();
        }

        return new FlightShare(this, bytes);
    }

    /// <summary>Counts a change of a share, and serves who is waiting.</summary>
    internal void Change(long bytes, long parked)
    {
        lock (_lock)
        {
            _parked += parked;
            Count(bytes);
            while (_waiting.First is { } first && HasRoom(first.Value.Bytes))
            {
                _waiting.RemoveFirst();
                Count(first.Value.Bytes);
                first.Value.Given.SetResult();
            }
        }
    }

    private bool HasRoom(long bytes) => _used + bytes <= limit || _used == _parked;

    private void Count(long bytes)
    {
        _used += bytes;
        Peak = Math.Max(Peak, _used);
    }

    private void Forget(LinkedListNode<(long Bytes, TaskCompletionSource Given)> place, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (place.List is null)
            {
                return;
            }

            _waiting.Remove(place);
        }

        place.Value.Given.TrySetCanceled(cancellationToken);

        // What stood behind it may fit.
        Change(0, 0);
    }
}
