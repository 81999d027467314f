using System.Text.Json.Nodes;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Sync.Protocol.Connectors;

/// <summary>What is written into a connector's document when a job of it begins and ends. Pure: <see cref="ConnectorIndex"/> writes
/// it.</summary>
internal static class LastSyncWrites
{
    /// <summary>A job was taken.</summary>
    public static JsonObject Started(SyncJobRecord job) =>
        new()
        {
            ["status"] = ConnectorStatus.Connected.ToWord(),
            ["error"] = null,
            [$"{Prefix(job)}_status"] = JobStatus.InProgress.ToWord(),
            [$"{Prefix(job)}_error"] = null,
        };

    /// <summary>A job ended or was suspended.</summary>
    /// <param name="connector">The connector as it is.</param>
    /// <param name="job">The job, as it ended.</param>
    /// <param name="endedAt">When that was.</param>
    /// <param name="isNewest">Whether no other job of its kind, content or access control, was taken later.</param>
    /// <param name="isCursorNewest">Whether no job that was taken later moved the connector's <c>sync_cursor</c>.</param>
    /// <returns>The change; <see langword="null"/> when the connector says all of it.</returns>
    public static JsonObject? Ended(
        ConnectorRecord connector,
        SyncJobRecord job,
        DateTimeOffset endedAt,
        bool isNewest,
        bool isCursorNewest
    )
    {
        var status = job.Status ?? JobStatus.Error;
        var error = status == JobStatus.Error ? job.Error : null;
        var source = connector.Document.Source;
        var change = new JsonObject();
        var isLast = !(connector.LastSynced >= endedAt);
        if (isLast)
        {
            change["last_synced"] = ProtocolTime.Format(endedAt);
        }

        if (isNewest)
        {
            change[$"{Prefix(job)}_status"] = status.ToWord();
            change[$"{Prefix(job)}_error"] = error;

            // What both kinds share tells of the one that ended last; also when the start of that was written after its end.
            var isOpen = source.Text($"{Prefix(job)}_status") == JobStatus.InProgress.ToWord();
            if (isLast || (isOpen && connector.LastSynced == endedAt))
            {
                change["status"] = (error is null ? ConnectorStatus.Connected : ConnectorStatus.Error).ToWord();
                change["error"] = error;
            }

            if (!job.IsAccessControl && status != JobStatus.Suspended)
            {
                change["last_indexed_document_count"] = job.IndexedDocumentCount;
                change["last_deleted_document_count"] = job.DeletedDocumentCount;
            }
        }

        if (job.MovesCursor && status == JobStatus.Completed && isCursorNewest)
        {
            change["sync_cursor"] = job.NextCursor?.DeepClone();
        }

        // An earlier call may have written all of it.
        return change.All(field => JsonNode.DeepEquals(field.Value, source[field.Key])) ? null : change;
    }

    private static string Prefix(SyncJobRecord job) => job.IsAccessControl ? "last_access_control_sync" : "last_sync";
}
