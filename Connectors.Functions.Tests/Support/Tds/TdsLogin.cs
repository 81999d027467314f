using System.Text;

namespace Connectors.Tests.Support.Tds;

/// <summary>Who has logged in, and the connection.</summary>
/// <param name="user">The login.</param>
/// <param name="password">Its password.</param>
/// <param name="database">The database that was asked for.</param>
/// <param name="packetSize">Bytes of a packet, as the client would like them.</param>
/// <param name="closed">When the connection ends.</param>
internal sealed class TdsLogin(string user, string password, string database, int packetSize, CancellationToken closed)
{
    private const int PacketSizePlace = 8;
    private const int UserPlace = 40;
    private const int PasswordPlace = 44;
    private const int DatabasePlace = 68;
    private const byte PasswordMask = 0xA5;

    public string User => user;

    public string Password => password;

    public string Database => database;

    public int PacketSize => packetSize;

    public CancellationToken Closed => closed;

    /// <summary>Reads the message LOGIN7: places and lengths of its texts, then the texts.</summary>
    public static TdsLogin Read(byte[] message, CancellationToken closed)
    {
        return new TdsLogin(
            Encoding.Unicode.GetString(Text(UserPlace)),
            Encoding.Unicode.GetString([.. Text(PasswordPlace).Select(Shown)]),
            Encoding.Unicode.GetString(Text(DatabasePlace)),
            BitConverter.ToInt32(message, PacketSizePlace),
            closed
        );

        byte[] Text(int place) =>
            message[BitConverter.ToUInt16(message, place)..][..(BitConverter.ToUInt16(message, place + sizeof(ushort)) * 2)];
    }

    /// <summary>A password's bytes are sent with their halves exchanged, and masked.</summary>
    private static byte Shown(byte masked)
    {
        var bits = masked ^ PasswordMask;
        return (byte)((bits << 4) | (bits >> 4));
    }
}
