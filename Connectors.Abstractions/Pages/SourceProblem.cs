namespace Connectors.Abstractions;

/// <summary>Something in the source that could not be read and was passed over. It is reported with the job.</summary>
/// <param name="Id">The document's id or the place's name (a file, a folder, a key).</param>
/// <param name="Reason">Why, in a sentence, without secrets.</param>
public sealed record SourceProblem(string Id, string Reason);
