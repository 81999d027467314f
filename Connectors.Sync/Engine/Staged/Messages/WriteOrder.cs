using Connectors.Sync.Engine.Staged.Storage;

namespace Connectors.Sync.Engine.Staged.Messages;

/// <summary>Asks for a page to be written. Pages of one partition are written one after the other, in their order; a later one may be read meanwhile.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Page">The page.</param>
/// <param name="Report">The <see cref="WriteAnswer.Report"/> of the page that was written before it in its partition, or <see langword="null"/>.</param>
/// <param name="Rejected">Documents of the whole job that were rejected so far, as far as it is known.</param>
public sealed record WriteOrder(PlanName Plan, PageName Page, ReportName? Report, long Rejected);

/// <summary>Asks for some of the parts of the deletes to be carried out, one order after the other.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Deletes">The <see cref="DeleteAnswer.Deletes"/> that were planned.</param>
/// <param name="FirstPart">The first part.</param>
/// <param name="Parts">How many parts.</param>
/// <param name="Report">The <see cref="WriteAnswer.Report"/> of the order before it, or <see langword="null"/>.</param>
/// <param name="Rejected">Documents of the whole job that were rejected so far.</param>
public sealed record DeleteOrder(PlanName Plan, string Deletes, int FirstPart, int Parts, ReportName? Report, long Rejected);

/// <summary>What was written.</summary>
/// <param name="Counts">What became of the operations.</param>
/// <param name="Report">Name of the report of this step and of those before it: what was rejected or unreadable; <see langword="null"/> when there is nothing to tell.</param>
public sealed record WriteAnswer(SyncCounts Counts, ReportName? Report);
