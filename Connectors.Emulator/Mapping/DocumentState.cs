namespace Connectors.Emulator.Mapping;

/// <summary>What is kept beside a document's source, so that reading it needs no parsing.</summary>
/// <param name="Timestamp">Milliseconds since 1970 of the root field <c>_timestamp</c>, when that is mapped as a date and holds
/// one.</param>
/// <param name="Digest">The root field <c>_digest</c>, when that is mapped as a long and holds one.</param>
internal readonly record struct DocumentState(long? Timestamp, long? Digest);
