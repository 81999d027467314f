using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Diagnostics;

/// <summary>Messages of the engine: event ids 200 to 299.</summary>
internal static partial class SyncLog
{
    [LoggerMessage(
        200,
        LogLevel.Information,
        "Sync {SyncJobId} of {IndexName} begins; documents in the index: {Snapshot}, partitions: {Partitions}, unchanged documents are "
            + "{Unchanged}"
    )]
    public static partial void Begins(ILogger logger, string syncJobId, string indexName, int snapshot, int partitions, string unchanged);

    [LoggerMessage(201, LogLevel.Information, "Sync {SyncJobId} of {IndexName} resumes; documents read: {Read}, written: {Indexed}")]
    public static partial void Resumes(ILogger logger, string syncJobId, string indexName, long read, long indexed);

    [LoggerMessage(202, LogLevel.Warning, "The state of sync {SyncJobId} is unusable, starting over: {Reason}")]
    public static partial void StartsOver(ILogger logger, string syncJobId, string reason);

    [LoggerMessage(203, LogLevel.Information, "Sync {SyncJobId} of {IndexName}: the source reports no changes")]
    public static partial void Unchanged(ILogger logger, string syncJobId, string indexName);

    [LoggerMessage(204, LogLevel.Warning, "The source is asked for {Call} again in {Delay} s, for {Left} s more: {Reason}")]
    public static partial void SourceRetried(ILogger logger, string call, double delay, double left, string reason);

    [LoggerMessage(215, LogLevel.Debug, "The source is asked for {Call} again in {Delay} s: {Reason}")]
    public static partial void SourceTriedAgain(ILogger logger, string call, double delay, string reason);

    [LoggerMessage(205, LogLevel.Warning, "Reading of {Part} begins anew: the source could not find its position")]
    public static partial void PartitionRestarted(ILogger logger, string part);

    [LoggerMessage(
        206,
        LogLevel.Warning,
        "Documents of {Part} that came more than once: {Duplicates}; the last one of each id was taken"
    )]
    public static partial void DuplicateIds(ILogger logger, long duplicates, string part);

    [LoggerMessage(
        218,
        LogLevel.Warning,
        "{Pages} pages in a row held nothing and led to another one when the source was asked for {Call}; it is read on"
    )]
    public static partial void EmptyPages(ILogger logger, string call, int pages);

    [LoggerMessage(207, LogLevel.Debug, "Sync {SyncJobId} of {IndexName} deletes nothing: {Reason}")]
    public static partial void DeletesRefused(ILogger logger, string syncJobId, string indexName, string reason);

    /// <summary>A sync ended, and the index is as it should be.</summary>
    public static void Ends(ILogger logger, SyncRequest request, SyncCounts counts, long total) =>
        Ends(
            logger,
            request.JobId,
            request.IndexName,
            counts.Created,
            counts.Updated,
            counts.Deleted,
            counts.Skipped,
            counts.Excluded,
            counts.Rejected,
            counts.Unreadable,
            counts.WithoutText,
            total
        );

    [LoggerMessage(
        208,
        LogLevel.Information,
        "Sync {SyncJobId} of {IndexName} ends: {Created} created, {Updated} updated, {Deleted} deleted, {Skipped} unchanged, {Excluded} "
            + "left out by sync rules, {Rejected} rejected, {Unreadable} unreadable, {WithoutText} without text; documents in the "
            + "index: {Total}"
    )]
    private static partial void Ends(
        ILogger logger,
        string syncJobId,
        string indexName,
        long created,
        long updated,
        long deleted,
        long skipped,
        long excluded,
        long rejected,
        long unreadable,
        long withoutText,
        long total
    );

    [LoggerMessage(209, LogLevel.Information, "Sync {SyncJobId} of {IndexName} stops; documents read: {Read}, written: {Indexed}")]
    public static partial void Stops(ILogger logger, string syncJobId, string indexName, long read, long indexed);

    [LoggerMessage(210, LogLevel.Warning, "Reading of {Part} failed after some pages and is retried: {Reason}")]
    public static partial void ReadBrokenOff(ILogger logger, string part, string reason);

    [LoggerMessage(211, LogLevel.Information, "Incremental sync {SyncJobId} of {IndexName} begins where the last one ended")]
    public static partial void ChangesBegin(ILogger logger, string syncJobId, string indexName);

    [LoggerMessage(212, LogLevel.Warning, "Sync {SyncJobId} of {IndexName} becomes a full sync: {Reason}")]
    public static partial void FallsBack(ILogger logger, string syncJobId, string indexName, string reason);

    [LoggerMessage(
        213,
        LogLevel.Information,
        "The source gave no cursor, so the next incremental sync of {IndexName} will be a full one: {Reason}"
    )]
    public static partial void NoCursor(ILogger logger, string indexName, string reason);
}
