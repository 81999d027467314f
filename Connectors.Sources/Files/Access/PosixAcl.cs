using System.Buffers.Binary;

namespace Connectors.Sources.Files.Access;

/// <summary>
/// The access control list of a file, beside its mode bits. Where there is one, the group bits of the mode are no longer the rights of the
/// group: they are the mask, the most that the entries for users and groups can give.
/// </summary>
/// <param name="Entries">Its entries, in the order of the list.</param>
internal sealed record PosixAcl(IReadOnlyList<PosixAcl.Entry> Entries)
{
    private const uint Version = 2;
    private const int EntryLength = 8;

    /// <summary>Reads the value of the attribute <c>system.posix_acl_access</c>.</summary>
    /// <exception cref="IOException">The value is not an access control list.</exception>
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

    /// <summary>The rights of one kind of users.</summary>
    /// <param name="Tag">Whose rights.</param>
    /// <param name="Bits">Their rights, before the mask.</param>
    /// <param name="Id">The user or group of a named entry.</param>
    internal readonly record struct Entry(AclTag Tag, int Bits, uint Id);
}

/// <summary>Kinds of entries of an access control list, with Linux's numbers.</summary>
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

    /// <summary>The most that users other than the owner and the others can get.</summary>
    Mask = 0x10,

    /// <summary>Everybody else.</summary>
    Others = 0x20,
}
