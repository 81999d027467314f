using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Engine.Staged.Storage;

/// <summary>
/// The names of what the steps stage. Everything of a job lies in its folder, everything of a plan in the plan's. Whatever a step makes carries an
/// attempt that nobody else has, so that a step which is done twice, or goes on after it was taken for dead, can't touch what the answer of another refers to.
/// </summary>
internal static class StagedNames
{
    /// <summary>A plan. It is a folder, in which everything lies that the plan's steps make.</summary>
    public static PlanName NewPlan(string jobId) => new($"{JobFolder.NameOf(jobId)}/{Attempt()}");

    /// <summary>A page: what it marked is staged under this name, what it writes beside it.</summary>
    public static PageName NewPage(PlanName plan, int partition, int number) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{plan}/{partition:D3}/{number:D6}-{Attempt()}"));

    /// <summary>The deletes: a folder of parts.</summary>
    public static string NewDeletes(PlanName plan) => $"{plan}/deletes-{Attempt()}";

    /// <summary>A report.</summary>
    public static ReportName NewReport(PlanName plan) => new($"{plan}/reports/{Attempt()}");

    /// <summary>The job's id in its folder.</summary>
    public static string Id(string folder) => folder + "/id";

    /// <summary>What a plan says.</summary>
    public static string PlanBody(PlanName plan) => plan.Value + "/plan";

    /// <summary>A file of the plan's snapshot.</summary>
    public static string Snapshot(PlanName plan, string file) => $"{plan}/{file}";

    /// <summary>What a page writes.</summary>
    public static string Batches(PageName page) => page.Value + ".batches";

    /// <summary>A part of the deletes.</summary>
    public static string Part(string deletes, int part) => string.Create(CultureInfo.InvariantCulture, $"{deletes}/{part:D6}");

    /// <summary>Says that a content that holds deletes was sent, or is about to be.</summary>
    public static string Sent(string content) => content + ".sent";

    /// <summary>Says that it was sent once more, or is about to be, perhaps at the same time.</summary>
    public static string SentAgain(string content) => content + ".again";

    /// <summary>The error for something that ought to be there.</summary>
    public static ConnectorException Lost(string what) => new($"{what} of this sync was lost from staging. Nothing was deleted because of it. Start the sync again.");

    private static string Attempt() => Guid.NewGuid().ToString("N")[..20];
}
