using System.Buffers.Binary;
using Connectors.Abstractions;
using Connectors.Sync.Diff;
using Connectors.Sync.Staging;

namespace Connectors.Sync.Engine.Staged.Storage;

/// <summary>A page as it is staged: its place in the chain of its partition's pages, and what it marked. What it writes is staged beside it.</summary>
/// <param name="Partition">The partition's number.</param>
/// <param name="Number">The page's number in it, from 0.</param>
/// <param name="Trail">Names of the pages before it, the nearest first: as many as there are, at most <see cref="MaxTrail"/>.</param>
/// <param name="Next">Token of the page after it.</param>
/// <param name="IsLast">Whether the partition ends with it.</param>
/// <param name="Gap">Why documents may be missing from it.</param>
/// <param name="Counts">What was read, skipped, superseded or unreadable.</param>
internal sealed record StagedPage(int Partition, int Number, IReadOnlyList<PageName> Trail, string Next, bool IsLast, string? Gap, SyncCounts Counts)
{
    /// <summary>Pages a page knows by name. With more of them fewer steps lead to the first one, and more can be fetched at once.</summary>
    public const int MaxTrail = 64;

    /// <summary>Keeps the page under its name.</summary>
    public Task PutAsync(IStagingStore store, PageName name, PageMarks marks, CancellationToken cancellationToken) =>
        StagedContent.PutAsync(store, name.Value, this, buffer => WriteMarks(buffer, marks), cancellationToken);

    /// <summary>Reads a page and what it marked.</summary>
    /// <exception cref="ConnectorException">It is gone or damaged.</exception>
    public static async Task<(StagedPage Page, PageMarks Marks)> GetAsync(IStagingStore store, PageName name, CancellationToken cancellationToken)
    {
        var (page, rest) = await StagedContent.GetAsync<StagedPage>(store, name.Value, "A page", cancellationToken);
        try
        {
            return (page, ReadMarks(rest.Span));
        }
        catch (Exception failure) when (failure is InvalidDataException or ArgumentException or OverflowException)
        {
            throw StagedNames.Lost("A page");
        }
    }

    private static void WriteMarks(PooledBuffer buffer, PageMarks marks)
    {
        Write(buffer, Only(marks.Changed));
        Write(buffer, Only(marks.Unreadable));
        Write(buffer, marks);

        static PageMarks Only(List<int> ordinals)
        {
            var only = new PageMarks();
            only.Ordinals.AddRange(ordinals);
            return only;
        }
    }

    private static void Write(PooledBuffer buffer, PageMarks marks)
    {
        using var part = new PooledBuffer();
        marks.WriteTo(part);
        BinaryPrimitives.WriteInt32LittleEndian(buffer.GetSpan(sizeof(int)), part.Length);
        buffer.Advance(sizeof(int));
        buffer.Write(part.WrittenSpan);
    }

    private static PageMarks ReadMarks(ReadOnlySpan<byte> bytes)
    {
        var changed = Read(ref bytes);
        var unreadable = Read(ref bytes);
        var marks = Read(ref bytes);
        marks.Changed.AddRange(changed.Ordinals);
        marks.Unreadable.AddRange(unreadable.Ordinals);
        return marks;
    }

    private static PageMarks Read(ref ReadOnlySpan<byte> bytes)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        var marks = PageMarks.Read(bytes.Slice(sizeof(int), length));
        bytes = bytes[(sizeof(int) + length)..];
        return marks;
    }
}
