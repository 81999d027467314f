using System.Buffers;
using System.Buffers.Binary;

namespace Connectors.Sync.Diff;

/// <summary>
/// The ids that one page saw: ordinals of documents in the snapshot, and 64-bit keys of new documents. Small enough to be kept for each
/// page (about 2 bytes an ordinal, 8 a key), so that seen documents survive a crash.
/// </summary>
internal sealed class PageSeenIds
{
    /// <summary>Ordinals marked by the page, in any order.</summary>
    public List<int> Ordinals { get; } = [];

    /// <summary>
    /// Those of <see cref="Ordinals"/> whose documents changed. Not written by <see cref="WriteTo"/>, like <see cref="Unreadable"/>: it
    /// matters only when two partitions list the same document.
    /// </summary>
    public List<int> Changed { get; } = [];

    /// <summary>Those of <see cref="Ordinals"/> whose documents could not be read.</summary>
    public List<int> Unreadable { get; } = [];

    /// <summary>Keys of new documents.</summary>
    public List<ulong> AddedKeys { get; } = [];

    /// <summary>Writes the marks: two counts, sorted ordinals as differences, keys.</summary>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        Ordinals.Sort();
        WriteVarint(writer, (uint)Ordinals.Count);
        WriteVarint(writer, (uint)AddedKeys.Count);
        var last = 0;
        foreach (var ordinal in Ordinals)
        {
            WriteVarint(writer, (uint)(ordinal - last));
            last = ordinal;
        }

        foreach (var key in AddedKeys)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(writer.GetSpan(8), key);
            writer.Advance(8);
        }
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are something else.</exception>
    public static PageSeenIds Read(ReadOnlySpan<byte> bytes)
    {
        var marks = new PageSeenIds();
        var ordinals = ReadVarint(ref bytes);
        var keys = ReadVarint(ref bytes);
        var last = 0u;
        for (var index = 0u; index < ordinals; index++)
        {
            last += ReadVarint(ref bytes);
            marks.Ordinals.Add(checked((int)last));
        }

        for (var index = 0u; index < keys; index++)
        {
            if (bytes.Length < 8)
            {
                throw new InvalidDataException("The marks of a page are cut off.");
            }

            marks.AddedKeys.Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        return marks;
    }

    private static void WriteVarint(IBufferWriter<byte> writer, uint value)
    {
        var span = writer.GetSpan(5);
        var length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        writer.Advance(length);
    }

    private static uint ReadVarint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0u;
        for (var shift = 0; shift < 35; shift += 7)
        {
            if (bytes.IsEmpty)
            {
                break;
            }

            var next = bytes[0];
            bytes = bytes[1..];
            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("The marks of a page are cut off.");
    }
}
