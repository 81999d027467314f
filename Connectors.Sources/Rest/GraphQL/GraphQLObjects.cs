namespace Connectors.Sources.Rest.GraphQL;

/// <summary>Objects of an answer that become documents.</summary>
/// <param name="Path">Where they are, below <c>data</c>.</param>
/// <param name="Id">Where an object's id is, within it.</param>
/// <param name="Timestamp">Where the time of its last change is; <see langword="null"/> when nothing tells it.</param>
internal sealed record GraphQLObjects(string[] Path, string[] Id, string[]? Timestamp);
