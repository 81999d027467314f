using Connectors.Sync.Retries;

namespace Connectors.Sync.Engine;

/// <summary>A running sync's counters, for heartbeats and live display. Written by the engine, read by anybody at any time.</summary>
internal sealed class SyncProgress
{
    private readonly Lock _lock = new();
    private SyncCounts _counts;
    private SyncPhase _phase;
    private long? _estimatedDocuments;
    private bool _isEstimateGuess;
    private long? _resumedAfter;

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

    /// <summary>How many documents the source holds; <see langword="null"/> when nobody knows. A guess that was exceeded is none any
    /// more.</summary>
    public long? EstimatedDocuments
    {
        get
        {
            lock (_lock)
            {
                return _isEstimateGuess && _counts.Read > _estimatedDocuments ? null : _estimatedDocuments;
            }
        }
        internal set
        {
            lock (_lock)
            {
                (_estimatedDocuments, _isEstimateGuess) = (value, false);
            }
        }
    }

    /// <summary>Whether <see cref="EstimatedDocuments"/> is not what the source said, but the number of documents in the index when the
    /// sync began.</summary>
    public bool IsEstimateGuess
    {
        get
        {
            lock (_lock)
            {
                return _isEstimateGuess;
            }
        }
    }

    /// <summary>How many documents earlier runs of the same job had read when this one went on; <see langword="null"/> when it began at the
    /// beginning.</summary>
    public long? ResumedAfter
    {
        get
        {
            lock (_lock)
            {
                return _resumedAfter;
            }
        }
    }

    /// <summary>The wait for the source, because its service asked for one or because it could not be asked; <see langword="null"/> when
    /// it is not waited for.</summary>
    public SourceWait? Wait => Waits?.Invoke();

    /// <summary>Whether a person is told of <see cref="Wait"/> elsewhere than in the log.</summary>
    public bool IsWaitTold { get; internal set; }

    /// <summary>Tells <see cref="Wait"/>.</summary>
    internal Func<SourceWait?>? Waits { get; set; }

    /// <summary>Called once when it is known that the sync goes on from an earlier run, and where.</summary>
    internal Action? Resumed { get; set; }

    /// <summary>Takes the estimate of a plan: what the source said, or else what the index holds.</summary>
    internal void Expect(long? documents, bool isGuess)
    {
        lock (_lock)
        {
            (_estimatedDocuments, _isEstimateGuess) = (documents, isGuess);
        }
    }

    /// <summary>The sync goes on from an earlier run, whose counts are these.</summary>
    internal void Resume()
    {
        lock (_lock)
        {
            _resumedAfter = _counts.Read;
        }

        Resumed?.Invoke();
    }

    /// <summary>Begins to count again.</summary>
    internal void Restart()
    {
        lock (_lock)
        {
            _counts = default;
            _resumedAfter = null;
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
