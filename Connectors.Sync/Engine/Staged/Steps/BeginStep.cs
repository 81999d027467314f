using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Changes;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Staged.Steps;

/// <summary>The first step: what <see cref="SyncPreparation"/> and <see cref="IncrementalPreparation"/> do, with the plan and the snapshot
/// staged.</summary>
internal sealed class BeginStep(IStagingStore store, StagedPlans plans, IContentIndex index, SyncEngineOptions options, ILogger logger)
{
    private readonly IncrementalPreparation _changes = new(index, options, logger);
    private readonly SyncBeginning _beginning = new(index, options, logger);

    /// <summary>Begins.</summary>
    /// <param name="request">The sync.</param>
    /// <param name="source">The source.</param>
    /// <param name="fullBecause">Why a full sync is needed instead of an incremental one, if that is known.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<BeginResult> BeginAsync(
        SyncRequest request,
        SourceReader source,
        string? fullBecause,
        CancellationToken cancellationToken
    )
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

    private async Task<BeginResult> BeginChangesAsync(SyncRequest request, StoredPlan plan, CancellationToken cancellationToken)
    {
        var name = await InNewFolderAsync(folder => StageAsync(request, plan, folder, cancellationToken));
        SyncLog.ChangesBegin(logger, request.JobId, request.IndexName);
        return new BeginResult(name, Partitions: 1, IndexedDocuments: 0, EstimatedDocuments: null, SyncKind.Incremental);
    }

    private async Task<BeginResult> BeginListingAsync(
        SyncRequest request,
        SourceReader source,
        string? fallback,
        CancellationToken cancellationToken
    )
    {
        return await InNewFolderAsync(async folder =>
        {
            var begun = await _beginning.BeginAsync(request, source, fallback, folder, new SyncProgress(), cancellationToken);
            if (begun.Plan is not { } plan)
            {
                Directory.Delete(folder, recursive: true);
                return new BeginResult(null, 0, begun.TotalDocuments, null, request.Kind, begun.Cursor, fallback);
            }

            var name = await StageAsync(request, plan, folder, cancellationToken);
            _beginning.Tell(request, plan);
            return new BeginResult(
                name,
                plan.Partitions.Count,
                plan.Snapshot.Count,
                plan.ExpectedDocuments,
                request.Kind,
                IsEstimateGuess: plan.IsExpectationGuess
            );
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

    /// <summary>Stages a plan and caches it with the folder of its snapshot.</summary>
    /// <returns>Its name.</returns>
    private async Task<PlanName> StageAsync(SyncRequest request, StoredPlan plan, string folder, CancellationToken cancellationToken)
    {
        var name = StagedNames.NewPlan(request.JobId);
        await PutIdAsync(request.JobId, cancellationToken);
        if (plan.Snapshot.Count > 0)
        {
            await PutFileAsync(name, folder, IdSnapshotFile.EntriesName, isText: false, cancellationToken);
            await PutFileAsync(name, folder, IdSnapshotFile.TextsName, isText: true, cancellationToken);
        }

        // The plan is written last: a staged plan is complete.
        await StagedBlob.PutAsync(store, StagedNames.PlanBody(name), plan, writeRest: null, cancellationToken);
        plans.Adopt(new LoadedPlan(name, plan, folder));
        return name;
    }

    private async Task PutIdAsync(string jobId, CancellationToken cancellationToken)
    {
        using var id = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(jobId));
        await store.PutAsync(StagedNames.Id(JobFolder.NameOf(jobId)), id, isText: false, cancellationToken);
    }

    private async Task PutFileAsync(PlanName plan, string folder, string file, bool isText, CancellationToken cancellationToken)
    {
        await using var content = new FileStream(
            Path.Combine(folder, file),
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read,
            256 * 1024,
            FileOptions.Asynchronous | FileOptions.SequentialScan
        );
        await store.PutAsync(StagedNames.Snapshot(plan, file), content, isText, cancellationToken);
    }
}
