using System.Text.Json.Nodes;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Storage;

namespace Connectors.Sync.Engine.Staged.Messages;

/// <summary>How a staged sync began.</summary>
/// <param name="Plan">The plan, for the other steps; <see langword="null"/> when the source is certain that nothing changed.</param>
/// <param name="Partitions">How many partitions there are to read; they are named by their number, from 0. Changes are one partition.</param>
/// <param name="IndexedDocuments">Documents in the index, as far as the sync looked at them.</param>
/// <param name="EstimatedDocuments">How many documents the source said that it holds.</param>
/// <param name="Kind">What kind of sync it is: full, where an incremental one was asked for and can't be done.</param>
/// <param name="Cursor">Of a source that did not change, what the connector's <c>sync_cursor</c> becomes.</param>
/// <param name="Fallback">Of a source that did not change, why a full sync was begun in place of the incremental one that was asked for.</param>
public sealed record BeginAnswer(
    PlanName? Plan, int Partitions, long IndexedDocuments, long? EstimatedDocuments, SyncKind Kind = SyncKind.Full, JsonObject? Cursor = null, string? Fallback = null);
