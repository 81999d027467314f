using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Changes;
using Connectors.Sync.Sources;
using Connectors.Sync.Staging;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Staged;

/// <summary>The first step: what <see cref="SyncPreparation"/> and <see cref="ChangePreparation"/> do, with the plan and the snapshot staged.</summary>
internal sealed class BeginStep(IStagingStore store, StagedPlans plans, IContentIndex index, SyncEngineOptions options, ILogger logger)
{
    private readonly ChangePreparation _changes = new(index, options, logger);

    /// <summary>Begins.</summary>
    /// <param name="request">The sync.</param>
    /// <param name="source">The source.</param>
    /// <param name="fullBecause">Why everything has to be read though only changes were asked for, when that is known already.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<BeginAnswer> BeginAsync(SyncRequest request, IDataSource source, string? fullBecause, CancellationToken cancellationToken)
    {
        if (request.Kind != SyncKind.Incremental)
        {
            return await BeginListingAsync(request, source, fallback: null, cancellationToken);
        }

        if (fullBecause is null)
        {
            (var plan, fullBecause) = await _changes.PlanAsync(request, source, cancellationToken);
            if (plan is not null)
            {
                return await BeginChangesAsync(request, plan, cancellationToken);
            }
        }

        SyncLog.FallsBack(logger, request.JobId, request.IndexName, fullBecause!);
        return await BeginListingAsync(request with { Kind = SyncKind.Full }, source, fullBecause, cancellationToken);
    }

    private async Task<BeginAnswer> BeginChangesAsync(SyncRequest request, StoredPlan plan, CancellationToken cancellationToken)
    {
        var name = await InNewFolderAsync(folder => StageAsync(request, plan, folder, cancellationToken));
        SyncLog.ChangesBegin(logger, request.JobId, request.IndexName);
        return new BeginAnswer(name, Partitions: 1, IndexedDocuments: 0, EstimatedDocuments: null, SyncKind.Incremental);
    }

    private async Task<BeginAnswer> BeginListingAsync(SyncRequest request, IDataSource source, string? fallback, CancellationToken cancellationToken)
    {
        // Before anything is read: what changes from here on comes with the next incremental sync.
        var place = await _changes.FindPlaceAsync(source, request, cancellationToken);
        return await InNewFolderAsync(async folder =>
        {
            if (await new SyncPreparation(index, options).PlanAsync(request, source, folder, new SyncProgress(), cancellationToken) is not { } plan)
            {
                Directory.Delete(folder, recursive: true);
                SyncLog.Unchanged(logger, request.JobId, request.IndexName);
                var (total, cursor) = await new SyncEnding(index, options).UnchangedAsync(request, place, cancellationToken);
                return new BeginAnswer(null, 0, total, null, request.Kind, cursor, fallback);
            }

            var name = await StageAsync(request, plan with { Cursor = place, Fallback = fallback }, folder, cancellationToken);
            SyncLog.Begins(logger, request.JobId, request.IndexName, plan.Snapshot.Count, plan.Partitions.Count, plan.UnchangedAre);
            return new BeginAnswer(name, plan.Partitions.Count, plan.Snapshot.Count, plan.EstimatedDocuments, request.Kind);
        });
    }

    private async Task<T> InNewFolderAsync<T>(Func<string, Task<T>> begin)
    {
        var folder = plans.NewFolder();
        try
        {
            return await begin(folder);
        }
        catch
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            throw;
        }
    }

    /// <summary>Stages a plan, and keeps it at hand with the folder of its snapshot.</summary>
    /// <returns>Its name.</returns>
    private async Task<string> StageAsync(SyncRequest request, StoredPlan plan, string folder, CancellationToken cancellationToken)
    {
        var name = StagedNames.NewPlan(request.JobId);
        await PutIdAsync(request.JobId, cancellationToken);
        if (plan.Snapshot.Count > 0)
        {
            await PutFileAsync(name, folder, IdSnapshotFile.EntriesName, isText: false, cancellationToken);
            await PutFileAsync(name, folder, IdSnapshotFile.TextsName, isText: true, cancellationToken);
        }

        // The plan last: what has a plan is whole.
        await StagedContent.PutAsync(store, StagedNames.PlanBody(name), plan, writeRest: null, cancellationToken);
        plans.Adopt(new OpenedPlan(name, plan, folder));
        return name;
    }

    private async Task PutIdAsync(string jobId, CancellationToken cancellationToken)
    {
        using var id = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(jobId));
        await store.PutAsync(StagedNames.Id(JobFolder.NameOf(jobId)), id, isText: false, cancellationToken);
    }

    private async Task PutFileAsync(string plan, string folder, string file, bool isText, CancellationToken cancellationToken)
    {
        await using var content = new FileStream(Path.Combine(folder, file), FileMode.Open, FileAccess.Read, FileShare.Read, 256 * 1024, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await store.PutAsync(StagedNames.Snapshot(plan, file), content, isText, cancellationToken);
    }
}
