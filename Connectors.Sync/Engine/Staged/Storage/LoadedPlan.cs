using System.Collections.Concurrent;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Engine.Staged.Storage;

/// <summary>A plan with its snapshot, opened in this process. Safe for concurrent use.</summary>
internal sealed class LoadedPlan(PlanName name, StoredPlan plan, string folder) : IDisposable
{
    private readonly ConcurrentDictionary<int, PartitionSeen> _seen = new();

    /// <summary>The plan's name.</summary>
    public PlanName Name => name;

    /// <summary>What it says.</summary>
    public StoredPlan Plan => plan;

    /// <summary>The folder of its snapshot.</summary>
    public string Folder => folder;

    /// <summary>The snapshot, without its texts.</summary>
    public IdSnapshotFile Ids { get; } = IdSnapshotFile.Open(folder, textsFolder: null, plan.Snapshot);

    /// <summary>Whether it belongs to the job. An incremental sync may become a full one.</summary>
    public bool IsFor(SyncRequest request) =>
        plan.IndexName == request.IndexName
        && plan.Fingerprint == SyncPreparation.FingerprintOf(request)
        && (plan.Kind == request.Kind || (plan.Kind == SyncKind.Full && request.Kind == SyncKind.Incremental));

    /// <summary>
    /// Takes the remembered ids of a partition, so that no other step uses them; <see langword="null"/> when there are none.
    /// </summary>
    public PartitionSeen? TakeSeen(int partition) => _seen.TryRemove(partition, out var seen) ? seen : null;

    /// <summary>Remembers the ids that a partition has seen up to a staged page.</summary>
    public void KeepSeen(int partition, PartitionSeen seen) => _seen[partition] = seen;

    /// <inheritdoc/>
    public void Dispose()
    {
        Ids.Dispose();
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A copy in a folder of this process: the next process deletes it.
        }
    }
}

/// <summary>The ids that a partition has seen up to a page.</summary>
/// <param name="Name">The page's name.</param>
/// <param name="Page">The page.</param>
/// <param name="Seen">What it and those before it marked.</param>
internal sealed record PartitionSeen(PageName Name, StagedPage Page, SeenIds Seen);
