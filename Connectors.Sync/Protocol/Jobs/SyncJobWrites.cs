using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Retries;

namespace Connectors.Sync.Protocol.Jobs;

/// <summary>What is written into a job's document at each step of its life. Pure: <see cref="SyncJobIndex"/> decides when, and writes
/// it.</summary>
internal static class SyncJobWrites
{
    /// <summary>A new job, with a copy of what the connector says now.</summary>
    /// <exception cref="ConnectorException">The connector has no service type, no index, or one that can't be its own.</exception>
    public static JsonObject New(ConnectorRecord connector, JobType type, TriggerMethod trigger, SyncJobOptions options, DateTimeOffset now)
    {
        var source = connector.Document.Source;
        if (
            type == JobType.AccessControl
            && connector.IndexName?.StartsWith(ProtocolIndices.AccessControlPrefix, StringComparison.Ordinal) == true
        )
        {
            throw new ConnectorException(
                $"index_name: '{connector.IndexName}' is where the identities of another connector are kept. Attach another index to "
                    + $"connector '{connector.Id}', then start a sync."
            );
        }

        var copy = new JsonObject
        {
            ["id"] = connector.Id,
            ["filtering"] = connector.ActiveFiltering?.DeepClone(),
            ["index_name"] = connector.IndexName is { } index
                ? type == JobType.AccessControl
                    ? ProtocolIndices.AccessControlOf(index)
                    : index
                : throw new ConnectorException($"Connector '{connector.Id}' has no index attached. Set its index_name, then start a sync."),
            ["service_type"] = connector.ServiceType
                ?? throw new ConnectorException($"Connector '{connector.Id}' has no service_type. Set it, then start a sync."),
            ["configuration"] = connector.Configuration?.DeepClone() ?? new JsonObject(),
        };
        foreach (var name in (string[])["language", "pipeline", "sync_cursor"])
        {
            if (source[name] is { } value)
            {
                copy[name] = value.DeepClone();
            }
        }

        var metadata = new JsonObject();
        if (options.AllowMassDelete)
        {
            metadata["allow_mass_delete"] = true;
        }

        if (options.Reindex)
        {
            metadata["reindex"] = true;
        }

        if (options.Kind is SyncKind.DeletesOnly or SyncKind.NoDeletes)
        {
            metadata["kind"] = options.Kind.ToWord();
        }

        return new JsonObject
        {
            ["connector"] = copy,
            ["created_at"] = ProtocolTime.Format(now),
            ["deleted_document_count"] = 0,
            ["indexed_document_count"] = 0,
            ["indexed_document_volume"] = 0,
            ["job_type"] = type.ToWord(),
            ["last_seen"] = ProtocolTime.Format(now),
            ["metadata"] = metadata,
            ["status"] = JobStatus.Pending.ToWord(),
            ["total_document_count"] = 0,
            ["trigger_method"] = trigger.ToWord(),
        };
    }

    /// <summary>A worker takes a job that waits.</summary>
    /// <param name="job">The job.</param>
    /// <param name="worker">Who takes it.</param>
    /// <param name="connector">Its connector, whose <c>sync_cursor</c> an incremental job resumes from; <see langword="null"/> to leave the
    /// job's own.</param>
    /// <param name="now">The time, as the protocol writes it.</param>
    public static JsonObject Claimed(SyncJobRecord job, JobWorker worker, ConnectorRecord? connector, string now)
    {
        var change = Adopted(job, worker, now);
        change["status"] = JobStatus.InProgress.ToWord();
        change["started_at"] = now;
        if (connector is not null && job.Type == JobType.Incremental && !JsonNode.DeepEquals(job.Cursor, connector.Cursor))
        {
            change["connector"] = new JsonObject { ["sync_cursor"] = Replacing(job.Cursor, connector.Cursor) };
        }

        return change;
    }

    /// <summary>A worker takes over a job that is in progress.</summary>
    public static JsonObject Adopted(SyncJobRecord job, JobWorker worker, string now)
    {
        var change = new JsonObject { ["last_seen"] = now, ["worker_hostname"] = worker.Hostname };
        var metadata = new JsonObject();
        if (worker.Id is not null)
        {
            metadata["worker"] = worker.Id;
        }

        CountWork(job, metadata, now);
        if (JobMetadata.WaitOf(job.Metadata) is not null)
        {
            // That of whoever had it before.
            JobMetadata.Write(SourceWait.Over, metadata);
        }

        if (metadata.Count > 0)
        {
            change["metadata"] = metadata;
        }

        return change;
    }

    /// <summary>Counts what was worked on a job until it was last heard of: what lies between that and now is nobody's work.</summary>
    private static void CountWork(SyncJobRecord job, JsonObject metadata, string now)
    {
        if (job is { StartedAt: not null, LastSeen: { } seen } && job.TimeWorked(seen) is { } worked)
        {
            metadata[JobMetadata.EarlierTime] = (long)worked.TotalMilliseconds;
            metadata[JobMetadata.ResumedAt] = now;
        }
    }

    /// <summary>A running job is asked to stop.</summary>
    public static JsonObject Canceling(string now) =>
        new() { ["status"] = JobStatus.Canceling.ToWord(), ["cancelation_requested_at"] = now };

    /// <summary>A job that waits is canceled.</summary>
    public static JsonObject Canceled(SyncJobRecord job, string now)
    {
        var change = new JsonObject
        {
            ["status"] = JobStatus.Canceled.ToWord(),
            ["cancelation_requested_at"] = now,
            ["canceled_at"] = now,
            ["completed_at"] = now,
        };
        var metadata = new JsonObject();
        CountWork(job, metadata, now);
        if (metadata.Count > 0)
        {
            change["metadata"] = metadata;
        }

        return change;
    }

    /// <summary>A partial update that turns one object into another: it has to name the fields to remove.</summary>
    private static JsonObject? Replacing(JsonObject? before, JsonObject? after)
    {
        var change = after?.DeepClone().AsObject();
        foreach (var (name, _) in before ?? [])
        {
            change?.TryAdd(name, null);
        }

        return change;
    }

    /// <summary>Adds to a change how far the job is.</summary>
    public static JsonObject WithCounts(JsonObject change, SyncCounts counts)
    {
        change["indexed_document_count"] = counts.Indexed;
        change["indexed_document_volume"] = counts.IndexedMebibytes;
        change["deleted_document_count"] = counts.Deleted;
        change["metadata"] = JobMetadata.Render(counts);
        return change;
    }

    /// <summary>A sign of life, with what is known of the progress.</summary>
    public static JsonObject Alive(DateTimeOffset at, SyncCounts? counts, SourceWait? wait)
    {
        var change = new JsonObject { ["last_seen"] = ProtocolTime.Format(at) };
        if (counts is { } progress)
        {
            WithCounts(change, progress);
        }

        if (wait is not null)
        {
            change["metadata"] ??= new JsonObject();
            JobMetadata.Write(wait, change["metadata"]!.AsObject());
        }

        return change;
    }

    /// <summary>A running job ends, or is suspended.</summary>
    /// <param name="status">Its new state.</param>
    /// <param name="result">What it did.</param>
    /// <param name="at">The time.</param>
    /// <param name="left">The job when its worker is taken for dead; <see langword="null"/> when its worker itself ends it.</param>
    public static JsonObject Ending(JobStatus status, JobResult result, DateTimeOffset at, SyncJobRecord? left = null)
    {
        var now = ProtocolTime.Format(at);
        var change = new JsonObject
        {
            ["last_seen"] = now,
            ["status"] = status.ToWord(),
            ["error"] = status == JobStatus.Error ? ErrorText.Cut(result.Error ?? "The job failed.") : null,
        };
        if (status != JobStatus.Suspended)
        {
            change["completed_at"] = now;
        }

        if (status == JobStatus.Canceled)
        {
            change["canceled_at"] = now;
        }

        if (result.Counts is { } counts)
        {
            WithCounts(change, counts);
        }

        if (result.TotalDocuments is { } total)
        {
            change["total_document_count"] = total;
        }

        if (result.Rejections is { Total: > 0 } rejections)
        {
            change["metadata"] ??= new JsonObject();
            change["metadata"]!["rejections"] = JobMetadata.Render(rejections);
        }

        if (result.Fallback is { } fallback)
        {
            change["metadata"] ??= new JsonObject();
            change["metadata"]!["fallback"] = ErrorText.Cut(fallback);
        }

        if (result.Rewrite is { } rewrite)
        {
            change["metadata"] ??= new JsonObject();
            change["metadata"]!["rewrite"] = ErrorText.Cut(rewrite);
        }

        if (result.Gap is { } gap)
        {
            change["metadata"] ??= new JsonObject();
            change["metadata"]!["gap"] = ErrorText.Cut(gap);
        }

        if (status == JobStatus.Completed && result.Cursor is { } cursor)
        {
            // Kept in the job, so that a repeated call tells the connector the same.
            change["metadata"] ??= new JsonObject();
            change["metadata"]!["next_cursor"] = cursor.DeepClone();
        }

        if (left is not null)
        {
            change["metadata"] ??= new JsonObject();
            CountWork(left, change["metadata"]!.AsObject(), now);
        }

        return change;
    }
}
