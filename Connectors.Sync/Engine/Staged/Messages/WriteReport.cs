using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Sync.Staging;

namespace Connectors.Sync.Engine.Staged.Messages;

/// <summary>The report of a partition's writing steps; each step adds to the report of the one before it and stages it again.</summary>
/// <param name="Rejections">What was rejected or unreadable.</param>
/// <param name="Run">The outcome of the last documents.</param>
/// <param name="Preview">What a dry run would write.</param>
internal sealed record WriteReport(RejectionReport Rejections, RejectionWindow Run, SyncPreview? Preview)
{
    /// <summary>The report of that name; an empty one without a name.</summary>
    public static async Task<WriteReport> GetAsync(IStagingStore store, ReportName? name, CancellationToken cancellationToken) =>
        name is null
            ? new WriteReport(new RejectionReport(), new RejectionWindow(0, string.Empty), null)
            : (await StagedBlob.GetAsync<WriteReport>(store, name.Value, "A report", cancellationToken)).Value;

    /// <summary>What all these reports say together.</summary>
    /// <exception cref="ConnectorException">A report is missing.</exception>
    public static async Task<(RejectionReport Rejections, SyncPreview? Preview)> MergeAsync(
        IStagingStore store,
        IReadOnlyList<ReportName> names,
        CancellationToken cancellationToken
    )
    {
        var rejections = new RejectionReport();
        SyncPreview? preview = null;
        foreach (var name in names)
        {
            var report = await GetAsync(store, name, cancellationToken);
            rejections.Merge(report.Rejections);
            if (report.Preview is not null)
            {
                preview ??= new SyncPreview();
                preview.Merge(report.Preview);
            }
        }

        return (rejections, preview);
    }

    /// <summary>Stages it, unless it is empty.</summary>
    /// <returns>Its name, or <see langword="null"/>.</returns>
    public async Task<ReportName?> PutAsync(IStagingStore store, PlanName plan, CancellationToken cancellationToken)
    {
        if (Rejections.Total == 0 && Preview is null)
        {
            return null;
        }

        var name = StagedNames.NewReport(plan);
        await StagedBlob.PutAsync(store, name.Value, this, writeRest: null, cancellationToken);
        return name;
    }
}
