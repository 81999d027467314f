using Connectors.Sync.Engine.Staged.Storage;

namespace Connectors.Sync.Engine.Staged.Messages;

/// <summary>Asks for the next page of a partition.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="After">The page after which to read; <see langword="null"/> for the first one.</param>
public sealed record ReadOrder(PlanName Plan, int Partition, PageName? After);

/// <summary>A page that was read, compared and staged.</summary>
/// <param name="Page">Its name, for the steps that follow; empty when there is no page.</param>
/// <param name="IsLast">Whether the partition ends with it.</param>
/// <param name="HasWork">Whether it has to be written. A page that has not is done.</param>
/// <param name="Counts">What was read, skipped, superseded or unreadable. What is written is counted when it is.</param>
/// <param name="Lost">Why the source can't tell what changed, so that everything has to be read: there is no page then. <see langword="null"/> for an ordinary page.</param>
public sealed record ReadAnswer(PageName Page, bool IsLast, bool HasWork, SyncCounts Counts, string? Lost = null);
