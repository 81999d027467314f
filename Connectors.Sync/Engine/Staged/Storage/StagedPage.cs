using System.Buffers.Binary;
using Connectors.Abstractions;
using Connectors.Sync.Diff;
using Connectors.Sync.Staging;

namespace Connectors.Sync.Engine.Staged.Storage;

/// <summary>
/// A staged page: its position in the chain of its partition's pages, and the ids that it saw. Its batches are staged beside it.
/// </summary>
/// <param name="Partition">The partition's number.</param>
/// <param name="Number">The page's number in it, from 0.</param>
/// <param name="Trail">Names of the previous pages, the latest first, at most <see cref="MaxTrail"/>.</param>
/// <param name="Next">Token of the page after it.</param>
/// <param name="IsLast">Whether the partition ends with it.</param>
/// <param name="Gap">Why documents may be missing from it.</param>
/// <param name="Counts">Counts that are final: read, skipped, superseded or unreadable.</param>
internal sealed record StagedPage(
    int Partition,
    int Number,
    IReadOnlyList<PageName> Trail,
    string Next,
    bool IsLast,
    string? Gap,
    SyncCounts Counts
)
{
    /// <summary>
    /// Number of previous pages that a page names. A longer trail needs fewer reads to reach the first page and allows more concurrent
    /// reads.
    /// </summary>
    public const int MaxTrail = 64;

    /// <summary>Keeps the page under its name.</summary>
    public Task PutAsync(IStagingStore store, PageName name, PageSeenIds marks, CancellationToken cancellationToken) =>
        StagedBlob.PutAsync(store, name.Value, this, buffer => WriteMarks(buffer, marks), cancellationToken);

    /// <summary>Reads a page and what it marked.</summary>
    /// <exception cref="ConnectorException">It is gone or damaged.</exception>
    public static async Task<(StagedPage Page, PageSeenIds PageSeen)> GetAsync(
        IStagingStore store,
        PageName name,
        CancellationToken cancellationToken
    )
    {
        var (page, rest) = await StagedBlob.GetAsync<StagedPage>(store, name.Value, "A page", cancellationToken);
        try
        {
            return (page, ReadMarks(rest.Span));
        }
        catch (Exception failure) when (failure is InvalidDataException or ArgumentException or OverflowException)
        {
            throw StagedNames.Missing("A page");
        }
    }

    private static void WriteMarks(PooledBuffer buffer, PageSeenIds marks)
    {
        Write(buffer, Only(marks.Changed));
        Write(buffer, Only(marks.Unreadable));
        Write(buffer, marks);

        static PageSeenIds Only(List<int> ordinals)
        {
            var only = new PageSeenIds();
            only.Ordinals.AddRange(ordinals);
            return only;
        }
    }

    private static void Write(PooledBuffer buffer, PageSeenIds marks)
    {
        using var part = new PooledBuffer();
        marks.WriteTo(part);
        BinaryPrimitives.WriteInt32LittleEndian(buffer.GetSpan(sizeof(int)), part.Length);
        buffer.Advance(sizeof(int));
        buffer.Write(part.WrittenSpan);
    }

    private static PageSeenIds ReadMarks(ReadOnlySpan<byte> bytes)
    {
        var changed = Read(ref bytes);
        var unreadable = Read(ref bytes);
        var marks = Read(ref bytes);
        marks.Changed.AddRange(changed.Ordinals);
        marks.Unreadable.AddRange(unreadable.Ordinals);
        return marks;
    }

    private static PageSeenIds Read(ref ReadOnlySpan<byte> bytes)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        var marks = PageSeenIds.Read(bytes.Slice(sizeof(int), length));
        bytes = bytes[(sizeof(int) + length)..];
        return marks;
    }
}
