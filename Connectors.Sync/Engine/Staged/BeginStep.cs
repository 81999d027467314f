using Connectors.Sync.Diff;
using Connectors.Sync.Sources;
using Connectors.Sync.Staging;

namespace Connectors.Sync.Engine.Staged;

/// <summary>The first step: what <see cref="SyncPreparation"/> does, with the plan and the snapshot staged.</summary>
internal sealed class BeginStep(IStagingStore store, StagedPlans plans)
{
    /// <summary>Begins; <see langword="null"/> when the source is certain that nothing changed.</summary>
    public async Task<OpenedPlan?> BeginAsync(SyncPreparation preparation, SyncRequest request, IDataSource source, CancellationToken cancellationToken)
    {
        var folder = plans.NewFolder();
        try
        {
            if (await preparation.PlanAsync(request, source, folder, new SyncProgress(), cancellationToken) is not { } plan)
            {
                Directory.Delete(folder, recursive: true);
                return null;
            }

            var name = StagedNames.NewPlan(request.JobId);
            await PutIdAsync(request.JobId, cancellationToken);
            await PutFileAsync(name, folder, IdSnapshotFile.EntriesName, isText: false, cancellationToken);
            await PutFileAsync(name, folder, IdSnapshotFile.TextsName, isText: true, cancellationToken);

            // The plan last: what has a plan is whole.
            await StagedContent.PutAsync(store, StagedNames.PlanBody(name), plan, writeRest: null, cancellationToken);
            var opened = new OpenedPlan(name, plan, folder);
            plans.Adopt(opened);
            return opened;
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
