namespace Connectors.Sync.Engine.Staged;

/// <summary>How a staged sync began.</summary>
/// <param name="Plan">The plan, for the other steps; <see langword="null"/> when the source is certain that nothing changed.</param>
/// <param name="Partitions">How many partitions there are to read; they are named by their number, from 0.</param>
/// <param name="IndexedDocuments">Documents in the index.</param>
/// <param name="EstimatedDocuments">How many documents the source said that it holds.</param>
public sealed record BeginAnswer(string? Plan, int Partitions, long IndexedDocuments, long? EstimatedDocuments);
