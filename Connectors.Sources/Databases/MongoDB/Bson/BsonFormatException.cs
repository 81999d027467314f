namespace Connectors.Sources.Databases.MongoDB.Bson;

/// <summary>Bytes that are not BSON. It concerns one document, which is then reported as unreadable.</summary>
internal sealed class BsonFormatException(string message) : Exception(message);
