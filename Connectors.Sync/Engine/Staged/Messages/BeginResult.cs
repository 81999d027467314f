using System.Text.Json.Nodes;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Storage;

namespace Connectors.Sync.Engine.Staged.Messages;

/// <summary>The result of beginning a staged sync.</summary>
/// <param name="Plan">The name of the plan; <see langword="null"/> when the source is certain that nothing changed.</param>
/// <param name="Partitions">Number of partitions; they are numbered from 0. An incremental sync has one partition.</param>
/// <param name="IndexedDocuments">Documents in the index, as far as the sync looked at them.</param>
/// <param name="EstimatedDocuments">Number of documents that the source reported, or else that the index held.</param>
/// <param name="Kind">The kind of sync: full if an incremental sync was requested and is impossible.</param>
/// <param name="Cursor">If the source did not change, the connector's new <c>sync_cursor</c>.</param>
/// <param name="Fallback">If the source did not change, why a full sync was begun instead of the requested incremental one.</param>
/// <param name="IsEstimateGuess">Whether the estimate is what the index held.</param>
public sealed record BeginResult(
    PlanName? Plan,
    int Partitions,
    long IndexedDocuments,
    long? EstimatedDocuments,
    SyncKind Kind = SyncKind.Full,
    JsonObject? Cursor = null,
    string? Fallback = null,
    bool IsEstimateGuess = false
);
