using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;

namespace Connectors.Functions.Activities;

/// <summary>The input of an activity that runs a step of a sync.</summary>
/// <typeparam name="T">The type of the step's own input.</typeparam>
/// <param name="Target">The sync.</param>
/// <param name="Input">The step's own input.</param>
public sealed record StepInput<T>(SyncJobInput Target, [property: JsonPropertyName("Order")] T Input);

/// <summary>The result of beginning a sync.</summary>
/// <param name="Result">The engine's result.</param>
/// <param name="Parallel">How many partitions are to be read at once.</param>
public sealed record BeginSyncResult(BeginResult Result, int Parallel);

/// <summary>The input for ending a sync that read everything or had nothing to read.</summary>
/// <param name="Complete">The engine's input; <see langword="null"/> when the source was certain that nothing changed.</param>
/// <param name="Counts">What the sync did.</param>
/// <param name="Refusal">Why nothing was deleted, if the deletes were refused: the job then ends as an error.</param>
/// <param name="IndexedDocuments">Documents in the index, when there is nothing to complete.</param>
/// <param name="Cursor">What the connector's <c>sync_cursor</c> becomes, when there is nothing to complete.</param>
/// <param name="Fallback">Why a full sync was begun in place of an incremental one, when there is nothing to complete.</param>
/// <param name="Gap">The part of the source that could not be listed, so that nothing was deleted.</param>
public sealed record CompleteSyncInput(
    CompleteInput? Complete,
    SyncCounts Counts,
    string? Refusal,
    long IndexedDocuments,
    JsonObject? Cursor = null,
    string? Fallback = null,
    string? Gap = null
)
{
    /// <summary>The input for ending a sync whose source is certain that nothing changed.</summary>
    public static CompleteSyncInput Unchanged(BeginResult begun)
    {
        ArgumentNullException.ThrowIfNull(begun);
        return new CompleteSyncInput(null, default, null, begun.IndexedDocuments, begun.Cursor, begun.Fallback);
    }
}

/// <summary>The input for ending a sync that was stopped.</summary>
/// <param name="Stop">Why.</param>
/// <param name="Message">What failed, for the operator.</param>
/// <param name="Counts">What it did before.</param>
/// <param name="Reports">The last reports of its steps.</param>
public sealed record EndJobInput(StopReason Stop, string? Message, SyncCounts Counts, IReadOnlyList<ReportName> Reports);
