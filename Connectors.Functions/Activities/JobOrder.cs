using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;

namespace Connectors.Functions.Activities;

/// <summary>Asks an activity for a step of a sync.</summary>
/// <typeparam name="T">The step's own words.</typeparam>
/// <param name="Target">What is synced.</param>
/// <param name="Input">What the step needs to be told.</param>
public sealed record JobOrder<T>(SyncTarget Target, [property: JsonPropertyName("Order")] T Input);

/// <summary>How a sync began.</summary>
/// <param name="Answer">What the engine said.</param>
/// <param name="Parallel">How many partitions are to be read at once.</param>
public sealed record BegunSync(BeginAnswer Answer, int Parallel);

/// <summary>Asks for the end of a sync that read everything, or had nothing to read.</summary>
/// <param name="Complete">What the engine needs; <see langword="null"/> when the source was certain that nothing changed.</param>
/// <param name="Counts">What the sync did.</param>
/// <param name="Refusal">Why nothing was deleted, when that was refused: the job then ends as an error.</param>
/// <param name="IndexedDocuments">Documents in the index, when there is nothing to complete.</param>
/// <param name="Cursor">What the connector's <c>sync_cursor</c> becomes, when there is nothing to complete.</param>
/// <param name="Fallback">Why a full sync was begun in place of an incremental one, when there is nothing to complete.</param>
public sealed record FinishOrder(CompleteOrder? Complete, SyncCounts Counts, string? Refusal, long IndexedDocuments, JsonObject? Cursor = null, string? Fallback = null);

/// <summary>Asks for the end of a sync that was stopped.</summary>
/// <param name="Stop">Why.</param>
/// <param name="Message">What failed, for the operator.</param>
/// <param name="Counts">What it did before.</param>
/// <param name="Reports">The last reports of its steps.</param>
public sealed record EndOrder(StepStop Stop, string? Message, SyncCounts Counts, IReadOnlyList<ReportName> Reports);
