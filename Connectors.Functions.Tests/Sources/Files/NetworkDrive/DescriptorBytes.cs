using System.Buffers.Binary;
using System.Globalization;
using Connectors.Sources.Files.Access;

namespace Connectors.Tests.Sources.Files.NetworkDrive;

/// <summary>Makes security descriptors by [MS-DTYP] 2.4.6.</summary>
internal static class DescriptorBytes
{
    /// <summary>A descriptor with a list.</summary>
    public static byte[] Of(string? owner, params (AceType Type, byte Flags, uint Mask, string Sid)[] entries)
    {
        var list = entries.SelectMany(entry => Entry(entry.Type, entry.Flags, entry.Mask, Sid(entry.Sid))).ToArray();
        return
        [
            .. Header(0x8004, owner is null ? 0u : (uint)(28 + list.Length), 20),
            .. (byte[])[2, 0, .. Short(8 + list.Length), .. Short(entries.Length), 0, 0],
            .. list,
            .. owner is null ? [] : Sid(owner),
        ];
    }

    /// <summary>A descriptor without owner and list.</summary>
    public static byte[] WithoutEntries(ushort control) => Header(control, 0, 0);

    private static byte[] Header(ushort control, uint owner, uint list) =>
        [1, 0, .. Short(control), .. Long(owner), .. Long(0), .. Long(0), .. Long(list)];

    private static byte[] Entry(AceType type, byte flags, uint mask, byte[] sid) =>
        [(byte)type, flags, .. Short(8 + sid.Length), .. Long(mask), .. sid];

    private static byte[] Sid(string text)
    {
        var parts = text.Split('-')[2..].Select(part => uint.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return [1, (byte)(parts.Length - 1), 0, 0, 0, 0, 0, (byte)parts[0], .. parts[1..].SelectMany(Long)];
    }

    private static byte[] Short(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }

    private static byte[] Long(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
