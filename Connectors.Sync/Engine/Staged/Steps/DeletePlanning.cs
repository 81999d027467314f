using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Sync.Staging;

namespace Connectors.Sync.Engine.Staged.Steps;

/// <summary>
/// Finds vanished documents from the pages of all partitions, judges the deletes as <see cref="SyncCompletion"/> does, and stages them. It
/// verifies that every page of every partition exists; otherwise nothing is deleted.
/// </summary>
internal sealed class DeletePlanning(
    IStagingStore store,
    StagedPlans plans,
    SyncCompletion ending,
    BulkWriterOptions bulk,
    StagedSyncOptions limits
)
{
    /// <summary>Plans the deletes.</summary>
    public async Task<PlanDeletesResult> PlanAsync(
        LoadedPlan opened,
        SyncRequest request,
        PlanDeletesInput input,
        CancellationToken cancellationToken
    )
    {
        var listing = await ReadListingAsync(opened, input.LastPages, cancellationToken);
        var vanished = listing.Seen.Count - listing.Seen.Seen;
        var result = new PlanDeletesResult(null, 0, vanished, null, listing.Gap is not null, listing.Correction, Gap: listing.Gap);
        if (opened.Plan.Kind == SyncKind.NoDeletes)
        {
            return result with { Count = 0, Gap = null };
        }

        if (ending.RefuseDeletes(request, opened.Plan, listing.Counts, vanished, listing.Gap) is { } refusal)
        {
            result = result with { Refusal = refusal };
            if (!request.DryRun || listing.Gap is not null)
            {
                return result;
            }
        }

        await ending.CheckIndexAsync(request, opened.Plan, cancellationToken);
        if (vanished == 0)
        {
            return result;
        }

        var deletes = StagedNames.NewDeletes(opened.Name);
        try
        {
            return result with { Deletes = deletes, Parts = await StageAsync(opened, listing.Seen, deletes, cancellationToken) };
        }
        catch (InvalidDataException)
        {
            return result with { Count = 0, Damaged = "The ids of the index's documents are not as they were staged." };
        }
    }

    private async Task<Listing> ReadListingAsync(LoadedPlan opened, IReadOnlyList<PageName> lastPages, CancellationToken cancellationToken)
    {
        if (lastPages.Count != opened.Plan.Partitions.Count)
        {
            throw new ConnectorException("Not every partition was read. Nothing was deleted. Start the sync again.");
        }

        var listing = new Listing(
            opened.Ids.Snapshot.Count,
            isDivided: lastPages.Count > 1,
            isWritten: opened.Plan.Kind != SyncKind.DeletesOnly
        );
        for (var partition = 0; partition < lastPages.Count; partition++)
        {
            var (last, _) = await PageChain.ReadAsync(store, partition, lastPages[partition], known: null, listing.Add, cancellationToken);
            if (!last.IsLast)
            {
                throw new ConnectorException(
                    $"{PartitionText.AsSubject(opened.Plan.Partitions[partition])} was not read to its end. Nothing was deleted. Start the "
                        + "sync again."
                );
            }
        }

        return listing;
    }

    private async Task<int> StageAsync(LoadedPlan opened, SeenIds seen, DeletesName deletes, CancellationToken cancellationToken)
    {
        if (IdSnapshotFile.HasTexts(opened.Folder, opened.Plan.Snapshot))
        {
            return await StageAsync(opened, opened.Folder, seen, deletes, cancellationToken);
        }

        // This call's own folder: the step may run twice at the same time.
        var folder = plans.NewFolder();
        try
        {
            await plans.FetchAsync(
                StagedNames.Snapshot(opened.Name, IdSnapshotFile.TextsName),
                Path.Combine(folder, IdSnapshotFile.TextsName),
                cancellationToken
            );
            return await StageAsync(opened, folder, seen, deletes, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<int> StageAsync(
        LoadedPlan opened,
        string textsFolder,
        SeenIds seen,
        DeletesName deletes,
        CancellationToken cancellationToken
    )
    {
        using var ids = IdSnapshotFile.Open(opened.Folder, textsFolder, opened.Plan.Snapshot);

        var vanished = DeleteBatches.Vanished(seen, ids.Snapshot);
        var parts = 0;
        foreach (var part in vanished.Chunk(limits.DeletesPerPart))
        {
            using var buffer = new PooledBuffer();
            var name = StagedNames.Part(deletes, parts++);
            var batches = new StagedBatches.Writer(buffer, name);
            foreach (var some in part.Chunk(bulk.MaxOperations))
            {
                using var batch = DeleteBatches.Of(some, ids);
                batches.Write(batch, isAfterAll: false);
            }

            batches.WriteEnd(new RejectionReport());
            await using var content = buffer.OpenRead();
            await store.PutAsync(name, content, isText: true, cancellationToken);
        }

        return parts;
    }

    /// <summary>What all partitions listed.</summary>
    private sealed class Listing(int indexed, bool isDivided, bool isWritten)
    {
        // When several partitions list a document, only the first listing counts. Unreadable documents do not count as listed.
        private readonly SeenIds _counted = new(isDivided ? indexed : 0);

        public SeenIds Seen { get; } = new(indexed);

        public SyncCounts Counts { get; private set; }

        public SyncCounts Correction { get; private set; }

        public string? Gap { get; private set; }

        public void Add(StagedPage page, PageSeenIds marks)
        {
            Counts += page.Counts;
            Gap ??= page.Gap;
            if (isDivided)
            {
                Correct(marks);
            }

            foreach (var ordinal in marks.Ordinals)
            {
                Seen.Mark(ordinal);
            }
        }

        private void Correct(PageSeenIds marks)
        {
            var changed = marks.Changed.ToHashSet();
            foreach (var ordinal in marks.Ordinals.Except(marks.Unreadable))
            {
                if (!_counted.Mark(ordinal))
                {
                    Correct(changed.Contains(ordinal) ? new SyncCounts(Updated: -1) : new SyncCounts(Skipped: -1));
                }
            }

            foreach (var key in marks.AddedKeys)
            {
                if (!_counted.MarkAdded(new DocumentKey(0, key)))
                {
                    Correct(new SyncCounts(Created: -1));
                }
            }
        }

        /// <summary>A sync without writes counted only what it skipped.</summary>
        private void Correct(SyncCounts counted) =>
            Correction += isWritten ? counted + new SyncCounts(Duplicates: 1) : new SyncCounts(Skipped: counted.Skipped);
    }
}
