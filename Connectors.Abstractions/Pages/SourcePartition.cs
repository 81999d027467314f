namespace Connectors.Abstractions;

/// <summary>
/// A part of a source that is read on its own, beside the others: a range of ids, a key prefix. Every document belongs to exactly one
/// partition. Partitions are planned once per sync and stored with it, so a resumed sync reads the very same ones.
/// </summary>
/// <param name="Name">A short name for logs and progress, unique within the plan: <c>all</c>, <c>orders/</c>, <c>3 of 8</c>.</param>
/// <param name="Bounds">What the source needs to know the partition again, in its own words, without secrets; empty for the whole.</param>
public sealed record SourcePartition(string Name, string Bounds)
{
    /// <summary>The whole source as one partition.</summary>
    public static SourcePartition All { get; } = new("all", string.Empty);
}
