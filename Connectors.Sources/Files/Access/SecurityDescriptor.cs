using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Connectors.Sources.Files.Access;

/// <summary>
/// Who may do what with a file of Windows: a self-relative security descriptor ([MS-DTYP] 2.4.6), as far as it tells who may read.
/// </summary>
/// <param name="Owner">The SID of the owner; <see langword="null"/> when it has none.</param>
/// <param name="Entries">The entries of its list (DACL) in their order; <see langword="null"/> when it has a list that is none, by which
/// everybody may do everything.</param>
internal sealed record SecurityDescriptor(string? Owner, IReadOnlyList<SecurityDescriptor.Entry>? Entries)
{
    private const int HeaderLength = 20;
    private const int ListHeaderLength = 8;
    private const int EntryHeaderLength = 8;
    private const int SidHeaderLength = 8;
    private const ushort HasList = 0x0004;
    private const ushort IsSelfRelative = 0x8000;

    /// <summary>Reads a descriptor.</summary>
    /// <exception cref="IOException">It is none, or tells nothing of who may read.</exception>
    public static SecurityDescriptor Parse(ReadOnlySpan<byte> value)
    {
        if (value.Length < HeaderLength || value[0] != 1)
        {
            throw Unknown();
        }

        var control = BinaryPrimitives.ReadUInt16LittleEndian(value[2..]);
        if ((control & IsSelfRelative) == 0)
        {
            throw Unknown();
        }

        if ((control & HasList) == 0)
        {
            throw new IOException("its security descriptor holds no access list");
        }

        var (owner, list) = (BinaryPrimitives.ReadUInt32LittleEndian(value[4..]), BinaryPrimitives.ReadUInt32LittleEndian(value[16..]));
        return new SecurityDescriptor(owner == 0 ? null : Sid(From(value, owner)), list == 0 ? null : ReadEntries(From(value, list)));
    }

    private static List<Entry> ReadEntries(ReadOnlySpan<byte> list)
    {
        Require(list, ListHeaderLength);
        var (size, count) = (BinaryPrimitives.ReadUInt16LittleEndian(list[2..]), BinaryPrimitives.ReadUInt16LittleEndian(list[4..]));
        Require(list, size);
        if (size < ListHeaderLength)
        {
            throw Unknown();
        }

        list = list[ListHeaderLength..size];
        var entries = new List<Entry>(count);
        for (; count > 0; count--)
        {
            Require(list, EntryHeaderLength);
            var length = BinaryPrimitives.ReadUInt16LittleEndian(list[2..]);
            Require(list, length);
            if (length < EntryHeaderLength)
            {
                throw Unknown();
            }

            // Other kinds, for audits and labels, say nothing of who may read, and may hold something else than a SID here. To pass over
            // one that gives shows the file to fewer; to pass over one that takes would show it to more.
            switch ((AceType)list[0])
            {
                case AceType.Allow or AceType.Deny or AceType.AllowIf or AceType.DenyIf:
                    var mask = BinaryPrimitives.ReadUInt32LittleEndian(list[4..]);
                    entries.Add(new Entry((AceType)list[0], list[1], mask, Sid(list[EntryHeaderLength..length])));
                    break;
                case AceType.DenyForObject or AceType.DenyForObjectIf:
                    throw new IOException("its access list takes rights by a type of objects, which files do not have");
            }

            list = list[length..];
        }

        return entries;
    }

    /// <summary>The text of a SID ([MS-DTYP] 2.4.2): <c>S-1-5-32-545</c>.</summary>
    private static string Sid(ReadOnlySpan<byte> value)
    {
        Require(value, SidHeaderLength);
        var count = value[1];
        if (value[0] != 1 || count > 15)
        {
            throw Unknown();
        }

        Require(value, SidHeaderLength + 4 * count);
        var authority = ((ulong)BinaryPrimitives.ReadUInt16BigEndian(value[2..]) << 32) | BinaryPrimitives.ReadUInt32BigEndian(value[4..]);
        var text = new StringBuilder("S-1-");
        text.Append(authority <= uint.MaxValue ? authority.ToString(CultureInfo.InvariantCulture) : $"0x{authority:X12}");
        for (var index = 0; index < count; index++)
        {
            var part = BinaryPrimitives.ReadUInt32LittleEndian(value[(SidHeaderLength + 4 * index)..]);
            text.Append(CultureInfo.InvariantCulture, $"-{part}");
        }

        return text.ToString();
    }

    private static ReadOnlySpan<byte> From(ReadOnlySpan<byte> value, uint offset) =>
        offset <= value.Length ? value[(int)offset..] : throw Unknown();

    private static void Require(ReadOnlySpan<byte> value, int length)
    {
        if (value.Length < length)
        {
            throw Unknown();
        }
    }

    private static IOException Unknown() => new("its security descriptor has an unknown form");

    /// <summary>What a list says of somebody.</summary>
    /// <param name="Type">Whether it gives or takes.</param>
    /// <param name="Flags">How it is inherited.</param>
    /// <param name="Mask">Which rights.</param>
    /// <param name="Sid">Whom: a user or a group.</param>
    internal readonly record struct Entry(AceType Type, byte Flags, uint Mask, string Sid)
    {
        private const byte ForChildrenOnly = 0x08;
        private const uint ToRead = 0x0000_0001 | 0x8000_0000 | 0x1000_0000;

        /// <summary>Whether it is about reading this file: its data, by a right of its own or by a generic one. For folders the same bit
        /// is the right to list them.</summary>
        public bool IsOfReading => (Flags & ForChildrenOnly) == 0 && (Mask & ToRead) != 0;
    }
}

/// <summary>Kinds of entries in an access list, as Windows numbers them.</summary>
internal enum AceType : byte
{
    /// <summary>Gives rights.</summary>
    Allow = 0,

    /// <summary>Takes rights.</summary>
    Deny = 1,

    /// <summary>Takes rights on a type of objects of a directory service.</summary>
    DenyForObject = 6,

    /// <summary>Gives rights under a condition.</summary>
    AllowIf = 9,

    /// <summary>Takes rights under a condition.</summary>
    DenyIf = 10,

    /// <summary>Takes rights on a type of objects of a directory service, under a condition.</summary>
    DenyForObjectIf = 12,
}
