namespace Connectors.Sync.Sources.MongoDB;

/// <summary>Bytes that are not BSON. It concerns one document, which is then reported as unreadable.</summary>
internal sealed class BsonFormatException(string message) : Exception(message);
