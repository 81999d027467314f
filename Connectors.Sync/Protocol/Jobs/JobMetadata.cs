using System.Text.Json.Nodes;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine;
using Connectors.Sync.Retries;

namespace Connectors.Sync.Protocol.Jobs;

/// <summary>What a job's <c>metadata</c> tells beyond the protocol's own counts.</summary>
internal static class JobMetadata
{
    /// <summary>Milliseconds that a job was worked on before it was taken last.</summary>
    public const string EarlierTime = "earlier_milliseconds";

    /// <summary>When a job was taken last, after it had been taken before.</summary>
    public const string ResumedAt = "resumed_at";

    /// <summary>Until when the source of a running job waits, or waited last.</summary>
    public const string WaitsUntil = "waits_until";

    /// <summary>Why it waits, in short words, when it could not be asked.</summary>
    public const string WaitsReason = "waits_reason";

    /// <summary>Until when it is asked again and again, when it could not be asked.</summary>
    public const string WaitsLimit = "waits_limit";

    /// <summary>The names of all that is told of a wait.</summary>
    public static IReadOnlyList<string> Waits { get; } = [WaitsUntil, WaitsReason, WaitsLimit];

    private const int MaxReasonLength = 300;

    /// <summary>Writes a wait for the source, in place of what was told before.</summary>
    public static void Write(SourceWait wait, JsonObject metadata)
    {
        var isOver = wait == SourceWait.Over;
        metadata[WaitsUntil] = isOver ? null : ProtocolTime.Format(wait.Until);
        metadata[WaitsReason] = wait.Reason;
        metadata[WaitsLimit] = wait.Limit is { } limit ? ProtocolTime.Format(limit) : null;
    }

    /// <summary>The wait for the source of a running job, or its last one; <see langword="null"/> when none was told.</summary>
    public static SourceWait? WaitOf(JsonObject? metadata) =>
        metadata.Time(WaitsUntil) is { } until ? new SourceWait(until, metadata.NonBlank(WaitsReason), metadata.Time(WaitsLimit)) : null;

    /// <summary>Counts, as <c>{read, skipped, created, updated, already_gone, duplicates, unreadable, rejected, without_text}</c>, with
    /// <c>excluded</c> when sync rules left documents out.</summary>
    public static JsonObject Render(SyncCounts counts)
    {
        var metadata = new JsonObject
        {
            ["read"] = counts.Read,
            ["skipped"] = counts.Skipped,
            ["created"] = counts.Created,
            ["updated"] = counts.Updated,
            ["already_gone"] = counts.AlreadyGone,
            ["duplicates"] = counts.Duplicates,
            ["unreadable"] = counts.Unreadable,
            ["rejected"] = counts.Rejected,
            ["without_text"] = counts.WithoutText,
        };
        if (counts.Excluded > 0)
        {
            metadata["excluded"] = counts.Excluded;
        }

        return metadata;
    }

    /// <summary>What a job counts, wherever it runs: of one that another kind of service runs only the protocol's own counts are
    /// known.</summary>
    public static SyncCounts CountsOf(SyncJobRecord job)
    {
        var updated = job.Metadata.Number("updated");
        return new SyncCounts(
            Read: job.Metadata.Number("read"),
            Skipped: job.Metadata.Number("skipped"),
            Created: Math.Max(0, job.IndexedDocumentCount - updated),
            Updated: updated,
            Deleted: job.DeletedDocumentCount,
            AlreadyGone: job.Metadata.Number("already_gone"),
            Rejected: job.Metadata.Number("rejected"),
            Duplicates: job.Metadata.Number("duplicates"),
            Unreadable: job.Metadata.Number("unreadable"),
            Excluded: job.Metadata.Number("excluded"),
            WithoutText: job.Metadata.Number("without_text")
        );
    }

    /// <summary>Documents that did not make it, as <c>{reasons: {type: count}, samples: [{id, type, reason}]}</c>.</summary>
    public static JsonObject Render(RejectionReport rejections) =>
        new()
        {
            ["reasons"] = new JsonObject(rejections.Reasons.Select(reason => KeyValuePair.Create(reason.Key, (JsonNode?)reason.Value))),
            ["samples"] = new JsonArray([
                .. rejections.Samples.Select(sample => new JsonObject
                {
                    ["id"] = sample.Id,
                    ["type"] = sample.Type,
                    ["reason"] = Cut(sample.Reason),
                }),
            ]),
        };

    private static string Cut(string text) => text.Length <= MaxReasonLength ? text : string.Concat(text.AsSpan(0, MaxReasonLength), "...");
}
