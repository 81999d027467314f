using System.Text.Json.Serialization;

namespace Connectors.Sync.Staging.LocalState;

/// <summary>How the state folder's JSON is written and read, made by the compiler: a start of the process composes nothing by
/// reflection.</summary>
[JsonSerializable(typeof(StoredPlan))]
[JsonSerializable(typeof(JournalRecord))]
internal sealed partial class StateJson : JsonSerializerContext;
