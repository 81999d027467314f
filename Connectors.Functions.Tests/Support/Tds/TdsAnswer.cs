using System.Buffers.Binary;
using System.Text;

namespace Connectors.Tests.Support.Tds;

/// <summary>What a server of the Tabular Data Stream protocol answers to a login or a statement, in the tokens of the specification
/// MS-TDS.</summary>
internal sealed class TdsAnswer
{
    private const byte DoneToken = 0xFD;
    private const byte ChangeToken = 0xE3;
    private const byte ErrorToken = 0xAA;
    private const byte LoginToken = 0xAD;
    private const byte ColumnsToken = 0x81;
    private const byte RowToken = 0xD1;

    /// <summary>Cyrillic_General_CI_AS: a driver has to know the culture 0x419 to find its code page.</summary>
    private static readonly byte[] Collation = [0x19, 0x04, 0xD0, 0x00, 0x00];

    private TdsAnswer(byte[] bytes) => Bytes = bytes;

    public byte[] Bytes { get; }

    /// <summary>A statement without a result.</summary>
    public static TdsAnswer Done { get; } = new(Ending(0));

    /// <summary>Welcome; and the collation of the database.</summary>
    public static TdsAnswer LoggedIn { get; } =
        new([
            .. Token(ChangeToken, [7, 5, .. Collation, 0]),
            .. Token(LoginToken, [1, 0x74, 0, 0, 4, .. Short("Some Server"), 16, 0, 0, 0]),
            .. Ending(0),
        ]);

    /// <summary>An attention was taken notice of.</summary>
    public static TdsAnswer Attention { get; } = new(Ending(0x20));

    /// <summary>A message with a number, as the server's documentation lists them.</summary>
    /// <param name="number">The number.</param>
    /// <param name="message">The message.</param>
    /// <param name="severity">The class: from 20 on, the connection ends.</param>
    public static TdsAnswer Error(int number, string message, byte severity = 14) =>
        new([.. Token(ErrorToken, [.. Int(number), 1, severity, .. Long(message), .. Short("s"), .. Short(""), .. Int(1)]), .. Ending(2)]);

    /// <summary>Rows. A column's type is that of its first value that is not null.</summary>
    /// <param name="columns">How many columns; their names are numbers.</param>
    /// <param name="rows">The rows.</param>
    public static TdsAnswer Rows(int columns, params object?[][] rows)
    {
        var bytes = new List<byte> { ColumnsToken, (byte)columns, 0 };
        for (var column = 0; column < columns; column++)
        {
            bytes.AddRange([0, 0, 0, 0, 1, 0]);
            bytes.AddRange(TypeOf(rows.Select(row => row[column]).FirstOrDefault(value => value is not null)));
            bytes.AddRange(Short($"c{column}"));
        }

        foreach (var row in rows)
        {
            bytes.Add(RowToken);
            for (var column = 0; column < columns; column++)
            {
                var sample = rows.Select(each => each[column]).FirstOrDefault(value => value is not null);
                bytes.AddRange(
                    row[column] is { } value ? ValueOf(value)
                    : sample is not (null or string or byte[]) ? [0]
                    : [0xFF, 0xFF]
                );
            }
        }

        return new TdsAnswer([.. bytes, .. Ending(0x10, rows.Length)]);
    }

    private static byte[] TypeOf(object? value) =>
        value switch
        {
            null or string => [0xE7, 0x40, 0x1F, .. Collation],
            bool => [0x68, 1],
            int => [0x26, 4],
            long => [0x26, 8],
            double => [0x6D, 8],
            float => [0x6D, 4],
            decimal => [0x6E, 8],
            Guid => [0x24, 16],
            byte[] => [0xA5, 0x40, 0x1F],
            DateTime => [0x2A, 7],
            DateTimeOffset => [0x2B, 7],
            TimeSpan => [0x29, 7],
            _ => throw new NotSupportedException(value.GetType().Name),
        };

    private static byte[] ValueOf(object value) =>
        value switch
        {
            string text => [.. UInt16(text.Length * 2), .. Encoding.Unicode.GetBytes(text)],
            bool flag => [1, flag ? (byte)1 : (byte)0],
            int number => [4, .. BitConverter.GetBytes(number)],
            long number => [8, .. BitConverter.GetBytes(number)],
            double number => [8, .. BitConverter.GetBytes(number)],
            float number => [4, .. BitConverter.GetBytes(number)],
            decimal money => [8, .. Money((long)(money * 10_000))],
            Guid id => [16, .. id.ToByteArray()],
            byte[] bytes => [.. UInt16(bytes.Length), .. bytes],
            DateTime time => [8, .. Ticks(time.TimeOfDay), .. Day(time)],
            DateTimeOffset time =>
            [
                10,
                .. Ticks(time.UtcDateTime.TimeOfDay),
                .. Day(time.UtcDateTime),
                .. BitConverter.GetBytes((short)time.Offset.TotalMinutes),
            ],
            TimeSpan time => [5, .. Ticks(time)],
            _ => throw new NotSupportedException(value.GetType().Name),
        };

    private static byte[] Money(long value) => [.. BitConverter.GetBytes((int)(value >> 32)), .. BitConverter.GetBytes((int)value)];

    private static byte[] Ticks(TimeSpan time) => BitConverter.GetBytes(time.Ticks)[..5];

    private static byte[] Day(DateTime time) => BitConverter.GetBytes(DateOnly.FromDateTime(time).DayNumber)[..3];

    private static byte[] Ending(int status, long rows = 0) =>
        [DoneToken, .. UInt16(status), .. UInt16(0xC1), .. BitConverter.GetBytes(rows)];

    private static byte[] Token(byte token, byte[] content) => [token, .. UInt16(content.Length), .. content];

    private static byte[] Short(string text) => [(byte)text.Length, .. Encoding.Unicode.GetBytes(text)];

    private static byte[] Long(string text) => [.. UInt16(text.Length), .. Encoding.Unicode.GetBytes(text)];

    private static byte[] Int(int value) => BitConverter.GetBytes(value);

    private static byte[] UInt16(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }
}
