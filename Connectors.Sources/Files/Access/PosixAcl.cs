using System.Buffers.Binary;

namespace Connectors.Sources.Files.Access;

/// <summary>
/// An access control list that a file has beside its mode bits. With one, the group's bits of the mode are a mask over everything in it,
/// and no longer the group's.
/// </summary>
/// <param name="Entries">What it says, in its own order.</param>
internal sealed record PosixAcl(IReadOnlyList<PosixAcl.Entry> Entries)
{
    private const uint Version = 2;
    private const int EntryLength = 8;

    /// <summary>Reads the value of the attribute <c>system.posix_acl_access</c>.</summary>
    /// <exception cref="IOException">It is no such list.</exception>
    public static PosixAcl Parse(ReadOnlySpan<byte> value)
    {
        if (value.Length < 4 || (value.Length - 4) % EntryLength != 0 || BinaryPrimitives.ReadUInt32LittleEndian(value) != Version)
        {
            throw new IOException("its access control list has an unknown form");
        }

        var entries = new List<Entry>();
        for (value = value[4..]; !value.IsEmpty; value = value[EntryLength..])
        {
            entries.Add(
                new Entry(
                    (AclTag)BinaryPrimitives.ReadUInt16LittleEndian(value),
                    BinaryPrimitives.ReadUInt16LittleEndian(value[2..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(value[4..])
                )
            );
        }

        return new PosixAcl(entries);
    }

    /// <summary>What one class of users may do.</summary>
    /// <param name="Tag">Which class.</param>
    /// <param name="Bits">Their rights, before the mask.</param>
    /// <param name="Id">The user or group of a named entry.</param>
    internal readonly record struct Entry(AclTag Tag, int Bits, uint Id);
}

/// <summary>Classes of users in an access control list, as Linux numbers them.</summary>
internal enum AclTag
{
    /// <summary>The file's owner.</summary>
    Owner = 0x01,

    /// <summary>A named user.</summary>
    User = 0x02,

    /// <summary>The file's group.</summary>
    OwningGroup = 0x04,

    /// <summary>A named group.</summary>
    Group = 0x08,

    /// <summary>The most that anybody but the owner and the others may do.</summary>
    Mask = 0x10,

    /// <summary>Everybody else.</summary>
    Others = 0x20,
}
