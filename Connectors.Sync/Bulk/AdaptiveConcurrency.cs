namespace Connectors.Sync.Bulk;

/// <summary>
/// Limits the number of requests in flight: halves the limit after an overload response, raises it by one after a series of successes,
/// within one and a maximum. Safe for concurrent use; waiters are served in order.
/// </summary>
internal sealed class AdaptiveConcurrency
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private readonly int _maximum;
    private int _limit;
    private int _running;
    private int _goodAnswers;

    public AdaptiveConcurrency(int maximum)
    {
        _maximum = maximum;
        _limit = maximum;
    }

    /// <summary>The current limit.</summary>
    public int Limit
    {
        get
        {
            lock (_lock)
            {
                return _limit;
            }
        }
    }

    /// <summary>Waits for a free slot; dispose the result to release it.</summary>
    public async ValueTask<ConcurrencySlot> EnterAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> node;
        lock (_lock)
        {
            if (_running < _limit && _waiting.Count == 0)
            {
                _running++;
                return new ConcurrencySlot(this);
            }

            node = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await using (cancellationToken.Register(() => Forget(node, cancellationToken)))
        {
            await node.Value.Task;
            return new ConcurrencySlot(this);
        }
    }

    /// <summary>Elasticsearch reported overload.</summary>
    public void Overloaded()
    {
        lock (_lock)
        {
            _goodAnswers = 0;
            _limit = Math.Max(1, Math.Min(_limit, _running) / 2);
        }
    }

    /// <summary>A request was accepted. Adds one slot after as many successes as there are slots, and at least four.</summary>
    public void Accepted()
    {
        lock (_lock)
        {
            if (_limit < _maximum && ++_goodAnswers >= Math.Max(4, _limit))
            {
                _goodAnswers = 0;
                _limit++;
                Admit();
            }
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _running--;
            Admit();
        }
    }

    private void Admit()
    {
        while (_running < _limit && _waiting.First is { } next)
        {
            _waiting.RemoveFirst();
            _running++;
            next.Value.SetResult();
        }
    }

    private void Forget(LinkedListNode<TaskCompletionSource> node, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (node.List is null)
            {
                return;
            }

            _waiting.Remove(node);
        }

        node.Value.TrySetCanceled(cancellationToken);
    }

    /// <summary>A slot among the requests in flight.</summary>
    public readonly struct ConcurrencySlot(AdaptiveConcurrency owner) : IDisposable
    {
        public void Dispose() => owner.Leave();
    }
}
