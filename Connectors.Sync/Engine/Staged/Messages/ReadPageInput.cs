using Connectors.Sync.Engine.Staged.Storage;

namespace Connectors.Sync.Engine.Staged.Messages;

/// <summary>The input for reading the next page of a partition.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="After">The previous page; <see langword="null"/> for the first one.</param>
public sealed record ReadPageInput(PlanName Plan, int Partition, PageName? After);

/// <summary>The result: a page that was read, compared and staged.</summary>
/// <param name="Page">Its name, for the steps that follow; empty when there is no page.</param>
/// <param name="IsLast">Whether the partition ends with it.</param>
/// <param name="HasWork">Whether it has to be written. A page without writes is done.</param>
/// <param name="Counts">Counts that are final: read, skipped, superseded or unreadable. Writes are counted when they are done.</param>
/// <param name="ExpiredReason">
/// Why the cursor has expired and a full sync is needed; there is no page then. <see langword="null"/> for an ordinary page.
/// </param>
public sealed record ReadPageResult(PageName Page, bool IsLast, bool HasWork, SyncCounts Counts, string? ExpiredReason = null);
