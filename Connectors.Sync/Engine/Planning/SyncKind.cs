namespace Connectors.Sync.Engine.Planning;

/// <summary>The scope of a sync.</summary>
public enum SyncKind
{
    /// <summary>Reads everything, writes what is new or changed, deletes what vanished: the index equals the source.</summary>
    Full,

    /// <summary>Reads what changed since the last completed sync. Becomes a full sync where that can't be told
    /// (<see cref="SyncOutcome.Fallback"/>).</summary>
    Incremental,

    /// <summary>Reads ids only and deletes what vanished. Writes nothing.</summary>
    DeletesOnly,

    /// <summary>Reads everything and writes what is new or changed. Deletes nothing.</summary>
    NoDeletes,
}
