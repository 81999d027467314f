using System.Buffers.Binary;

namespace Connectors.Sources.Databases.Sql.MsSql.Tds;

/// <summary>A packet of the Tabular Data Stream protocol: eight bytes of header, and content.</summary>
internal static class TdsPacket
{
    public const byte Answer = 0x04;
    public const byte Prelogin = 0x12;

    /// <summary>Bytes of a header.</summary>
    public const int HeaderLength = 8;

    /// <summary>Bytes of a packet, before anything else was agreed upon.</summary>
    public const int MaxLength = 4096;

    private const byte EndOfMessage = 0x01;

    /// <summary>A packet that holds a whole message, or its end.</summary>
    public static byte[] Of(byte type, ReadOnlySpan<byte> content, bool isLast = true)
    {
        var packet = new byte[HeaderLength + content.Length];
        packet[0] = type;
        packet[1] = isLast ? EndOfMessage : (byte)0;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        content.CopyTo(packet.AsSpan(HeaderLength));
        return packet;
    }

    /// <summary>Reads a header.</summary>
    /// <returns>The type, and the bytes that follow.</returns>
    /// <exception cref="TdsException">It is no packet of an answer, or of a greeting.</exception>
    public static async Task<(byte Type, int Length)> ReadHeaderAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderLength];
        await stream.ReadExactlyAsync(header, cancellationToken);
        var length = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2));
        return header[0] is Answer or Prelogin && length is > HeaderLength and <= MaxLength
            ? (header[0], length - HeaderLength)
            : throw new TdsException("does not answer as SQL Server does. Check host and port.");
    }
}
