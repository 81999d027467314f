using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Engine.Staged.Storage;

/// <summary>
/// The names of staged blobs. Everything of a job is in its folder, everything of a plan in the plan's. Every name contains a unique
/// attempt, so a step that runs twice, or continues after it was presumed dead, can't overwrite what another step's result refers to.
/// </summary>
internal static class StagedNames
{
    /// <summary>A plan. It is a folder for everything that the plan's steps stage.</summary>
    public static PlanName NewPlan(string jobId) => new($"{JobFolder.NameOf(jobId)}/{Attempt()}");

    /// <summary>A page: its seen ids are staged under this name, its batches beside it.</summary>
    public static PageName NewPage(PlanName plan, int partition, int number) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{plan}/{partition:D3}/{number:D6}-{Attempt()}"));

    /// <summary>The deletes: a folder of parts.</summary>
    public static DeletesName NewDeletes(PlanName plan) => new($"{plan}/deletes-{Attempt()}");

    /// <summary>A report.</summary>
    public static ReportName NewReport(PlanName plan) => new($"{plan}/reports/{Attempt()}");

    /// <summary>The job's id in its folder.</summary>
    public static string Id(string folder) => folder + "/id";

    /// <summary>The content of a plan.</summary>
    public static string PlanBody(PlanName plan) => plan.Value + "/plan";

    /// <summary>A file of the plan's snapshot.</summary>
    public static string Snapshot(PlanName plan, string file) => $"{plan}/{file}";

    /// <summary>What a page writes.</summary>
    public static string Batches(PageName page) => page.Value + ".batches";

    /// <summary>A part of the deletes.</summary>
    public static string Part(DeletesName deletes, int part) => string.Create(CultureInfo.InvariantCulture, $"{deletes}/{part:D6}");

    /// <summary>What was decided about a batch of changes before it was sent.</summary>
    public static string Decisions(PageName page, int batch) => string.Create(CultureInfo.InvariantCulture, $"{page}.decisions/{batch:D6}");

    /// <summary>Marker: the deletes of a blob were sent, or are about to be.</summary>
    public static string Sent(string content) => content + ".sent";

    /// <summary>Marker: they were sent a second time, or are about to be, perhaps concurrently.</summary>
    public static string SentAgain(string content) => content + ".again";

    /// <summary>The error for a missing blob.</summary>
    public static ConnectorException Missing(string what) =>
        new($"{what} of this sync is missing from staging. Nothing was deleted because of it. Start the sync again.");

    private static string Attempt() => Guid.NewGuid().ToString("N")[..20];
}
