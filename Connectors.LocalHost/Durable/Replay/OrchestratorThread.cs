namespace Connectors.LocalHost.Durable.Replay;

/// <summary>
/// The one thread that a run of an orchestrator may use: tasks and continuations queue up here and run in order until none is left. What
/// comes in from any other thread gives away an await of something that no replay can repeat.
/// </summary>
internal sealed class OrchestratorThread : TaskScheduler
{
    private readonly Lock _gate = new();
    private readonly Queue<Task> _queue = [];
    private readonly Action _onForeign;
    private readonly Context _context;
    private int? _thread;

    /// <param name="onForeign">Called, on that thread, when another thread wants to go on with the orchestrator; also after the
    /// run.</param>
    public OrchestratorThread(Action onForeign)
    {
        _onForeign = onForeign;
        _context = new Context(this);
    }

    /// <summary>Whether the caller is the orchestrator.</summary>
    public bool IsCurrent => _thread == Environment.CurrentManagedThreadId && ReferenceEquals(SynchronizationContext.Current, _context);

    /// <summary>Runs <paramref name="work"/> and everything that follows from it, and comes back when all of it waits or has
    /// ended.</summary>
    public void Run(Action work)
    {
        var outer = SynchronizationContext.Current;
        lock (_gate)
        {
            _thread = Environment.CurrentManagedThreadId;
        }

        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            _context.Post(_ => work(), null);
            while (TryTake(out var next))
            {
                TryExecuteTask(next);
            }
        }
        finally
        {
            lock (_gate)
            {
                _thread = null;
            }

            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    protected override void QueueTask(Task task)
    {
        bool isForeign;
        lock (_gate)
        {
            isForeign = _thread != Environment.CurrentManagedThreadId;
            if (!isForeign)
            {
                _queue.Enqueue(task);
            }
        }

        if (isForeign)
        {
            _onForeign();
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => IsCurrent && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
        {
            return [.. _queue];
        }
    }

    private bool TryTake(out Task next)
    {
        lock (_gate)
        {
            return _queue.TryDequeue(out next!);
        }
    }

    private sealed class Context(OrchestratorThread owner) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) =>
            _ = Task.Factory.StartNew(() => d(state), CancellationToken.None, TaskCreationOptions.None, owner);

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException("An orchestrator is not waited for.");

        public override SynchronizationContext CreateCopy() => this;
    }
}
