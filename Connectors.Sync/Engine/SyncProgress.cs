namespace Connectors.Sync.Engine;

/// <summary>A running sync's counters, for heartbeats and live display. Written by the engine, read by anybody at any time.</summary>
internal sealed class SyncProgress
{
    private readonly Lock _lock = new();
    private SyncCounts _counts;
    private SyncPhase _phase;
    private long? _estimatedDocuments;

    /// <summary>What the sync is doing.</summary>
    public SyncPhase Phase
    {
        get
        {
            lock (_lock)
            {
                return _phase;
            }
        }
        internal set
        {
            lock (_lock)
            {
                _phase = value;
            }
        }
    }

    /// <summary>Counts so far, with those of earlier runs of the same job.</summary>
    public SyncCounts Counts
    {
        get
        {
            lock (_lock)
            {
                return _counts;
            }
        }
    }

    /// <summary>How many documents the source holds, if it knows.</summary>
    public long? EstimatedDocuments
    {
        get
        {
            lock (_lock)
            {
                return _estimatedDocuments;
            }
        }
        internal set
        {
            lock (_lock)
            {
                _estimatedDocuments = value;
            }
        }
    }

    /// <summary>Begins to count again.</summary>
    internal void Restart()
    {
        lock (_lock)
        {
            _counts = default;
        }
    }

    internal void Add(SyncCounts counts)
    {
        lock (_lock)
        {
            _counts += counts;
        }
    }
}

/// <summary>What a sync is doing.</summary>
public enum SyncPhase
{
    /// <summary>Not begun.</summary>
    Waiting,

    /// <summary>Asking the source, preparing the index.</summary>
    Preparing,

    /// <summary>Reading the index's ids.</summary>
    Snapshot,

    /// <summary>Reading the source, writing what changed.</summary>
    Pages,

    /// <summary>Deleting what vanished.</summary>
    Deletes,

    /// <summary>Refreshing and counting.</summary>
    Finishing,

    /// <summary>Ended, well or not.</summary>
    Ended,
}
