using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sources.Files.Walking;

/// <summary>
/// What a partition holds: a range of names right below the root, so that each path belongs to exactly one partition whatever is added
/// meanwhile; and the root's inode, by which a folder that was unmounted or replaced since the sync began is told from one that was
/// emptied.
/// </summary>
internal sealed record DirectoryBounds(string? From, string? To, ulong? RootInode)
{
    public NameRange Range => new(From, To);

    public static DirectoryBounds Parse(SourcePartition partition)
    {
        if (partition.Bounds.Length == 0)
        {
            return new DirectoryBounds(null, null, null);
        }

        try
        {
            return JsonSerializer.Deserialize<DirectoryBounds>(partition.Bounds) ?? throw new JsonException("null");
        }
        catch (JsonException damaged)
        {
            throw new ConnectorException(
                FailureKind.Fatal,
                $"Partition '{partition.Name}' of the folder: its bounds are damaged. Start a new sync.",
                damaged
            );
        }
    }

    /// <summary>Divides the names of the root's folders into about <paramref name="wanted"/> ranges of as many folders each.</summary>
    public static IReadOnlyList<SourcePartition> Divide(IReadOnlyList<string> folders, int wanted, ulong? rootInode)
    {
        var sorted = folders.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var count = Math.Clamp(wanted, 1, Math.Max(sorted.Length, 1));
        var partitions = new SourcePartition[count];
        for (var i = 0; i < count; i++)
        {
            var bounds = new DirectoryBounds(
                i == 0 ? null : sorted[(int)((long)i * sorted.Length / count)],
                i == count - 1 ? null : sorted[(int)((i + 1L) * sorted.Length / count)],
                rootInode
            );
            var name = count == 1 ? SourcePartition.All.Name : $"{i + 1} of {count}";
            partitions[i] = new SourcePartition(name, JsonSerializer.Serialize(bounds));
        }

        return partitions;
    }
}
