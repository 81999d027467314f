namespace Connectors.Emulator.Faults;

/// <summary>One item of a bulk call, as a fault's predicate sees it.</summary>
/// <param name="Action"><c>index</c>, <c>create</c>, <c>update</c> or <c>delete</c>.</param>
/// <param name="Index">As named in the call.</param>
/// <param name="Id">The document's id; empty when the emulator is to make one.</param>
public readonly record struct BulkItem(string Action, string Index, string Id);
