using Connectors.Abstractions;

namespace Connectors.Sync.Engine.Pages;

/// <summary>Partitions in messages. The only partition of a source has no name that people know.</summary>
internal static class PartitionText
{
    /// <summary>In a sentence: <c>partition 'a'</c>, or <c>the source</c> when that is all of it.</summary>
    public static string Of(SourcePartition partition) => IsWhole(partition) ? "the source" : $"partition '{partition.Name}'";

    /// <summary>At the beginning of a sentence.</summary>
    public static string AsSubject(SourcePartition partition) => IsWhole(partition) ? "The source" : $"Partition '{partition.Name}'";

    /// <summary>What a source is asked for.</summary>
    public static string Asked(SourcePartition partition) => IsWhole(partition) ? "its documents" : Of(partition);

    private static bool IsWhole(SourcePartition partition) => partition.Name == SourcePartition.All.Name;
}
