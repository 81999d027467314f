using Connectors.Sync.Engine.Staged.Storage;

namespace Connectors.Sync.Engine.Staged.Messages;

/// <summary>
/// The input for writing a page. Pages of one partition are written one after the other, in their order; a later one may be read meanwhile.
/// </summary>
/// <param name="Plan">The plan.</param>
/// <param name="Page">The page.</param>
/// <param name="Report">The <see cref="WriteResult.Report"/> of the page that was written before it in its partition, or
/// <see langword="null"/>.</param>
/// <param name="Rejected">Number of documents of the whole job that were rejected so far, if known.</param>
public sealed record WritePageInput(PlanName Plan, PageName Page, ReportName? Report, long Rejected);

/// <summary>The input for carrying out some parts of the deletes, one step after the other.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Deletes">The <see cref="PlanDeletesResult.Deletes"/> that were planned.</param>
/// <param name="FirstPart">The first part.</param>
/// <param name="Parts">How many parts.</param>
/// <param name="Report">The <see cref="WriteResult.Report"/> of the step before it, or <see langword="null"/>.</param>
/// <param name="Rejected">Documents of the whole job that were rejected so far.</param>
public sealed record WriteDeletesInput(PlanName Plan, DeletesName Deletes, int FirstPart, int Parts, ReportName? Report, long Rejected);

/// <summary>The result of a write.</summary>
/// <param name="Counts">What became of the operations.</param>
/// <param name="Report">
/// Name of the report of this step and its predecessors: rejected and unreadable documents; <see langword="null"/> for an empty report.
/// </param>
public sealed record WriteResult(SyncCounts Counts, ReportName? Report);
