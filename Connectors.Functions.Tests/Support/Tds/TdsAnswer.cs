using System.Globalization;
using System.Text;
using Connectors.Sources.Databases.Sql.MsSql;

namespace Connectors.Tests.Support.Tds;

/// <summary>What a server of the Tabular Data Stream protocol answers to a login or a statement, in the tokens of the specification
/// MS-TDS.</summary>
internal sealed class TdsAnswer
{
    private const byte DoneToken = 0xFD;
    private const byte DoneOfProcedureToken = 0xFE;
    private const byte DoneInProcedureToken = 0xFF;
    private const byte ReturnStatusToken = 0x79;
    private const byte ChangeToken = 0xE3;
    private const byte ErrorToken = 0xAA;
    private const byte LoginToken = 0xAD;
    private const byte ColumnsToken = 0x81;
    private const byte RowToken = 0xD1;
    private const byte RowWithNullsToken = 0xD2;
    private const byte PacketSizeChange = 4;
    private const byte CollationChange = 7;
    private const byte ResetChange = 18;
    private const int MoreFollows = 0x01;
    private const int HasFailed = 0x02;
    private const int HasCount = 0x10;
    private const int AttentionTaken = 0x20;
    private const int DoneLength = 13;

    private TdsAnswer(byte[] bytes) => Bytes = bytes;

    public byte[] Bytes { get; }

    /// <summary>Whether the connection ends with it.</summary>
    public bool IsCut { get; private init; }

    /// <summary>Whether its end is missing.</summary>
    public bool HasNoEnd { get; private init; }

    /// <summary>A statement without a result.</summary>
    public static TdsAnswer Done { get; } = new(Ending(0));

    /// <summary>Welcome; and the collation of the database.</summary>
    public static TdsAnswer LoggedIn { get; } =
        new([
            .. Token(ChangeToken, [CollationChange, 5, .. TdsTypes.Collation, 0]),
            .. Token(LoginToken, [1, 0x74, 0, 0, 4, .. Short("Some Server"), 16, 0, 0, 0]),
            .. Ending(0),
        ]);

    /// <summary>An attention was taken notice of.</summary>
    public static TdsAnswer Attention { get; } = new(Ending(AttentionTaken));

    /// <summary>A message with a number, as the server's documentation lists them.</summary>
    /// <param name="number">The number.</param>
    /// <param name="message">The message.</param>
    /// <param name="severity">The class: from 20 on, the connection ends.</param>
    public static TdsAnswer Error(int number, string message, byte severity = 14) =>
        new([
            .. Token(ErrorToken, [.. Int(number), 1, severity, .. Long(message), .. Short("s"), .. Short(""), .. Int(1)]),
            .. Ending(HasFailed),
        ]);

    /// <summary>Rows. A column's type is that of its first value that is not null.</summary>
    /// <param name="columns">How many columns; their names are numbers.</param>
    /// <param name="rows">The rows.</param>
    public static TdsAnswer Rows(int columns, params object?[][] rows) =>
        Rows(
            [
                .. Enumerable
                    .Range(0, columns)
                    .Select(column => ($"c{column}", TypeOf(rows.Select(row => row[column]).FirstOrDefault(value => value is not null)))),
            ],
            rows.Select(row => row.Select(value => value is int number ? (long)number : value).ToArray())
        );

    /// <summary>Rows of columns with names and types; values as <see cref="TdsTypes"/> has them.</summary>
    public static TdsAnswer Rows(IReadOnlyList<(string Name, MsSqlType Type)> columns, IEnumerable<object?[]> rows)
    {
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes);
        to.Write(ColumnsToken);
        to.Write((ushort)columns.Count);
        foreach (var (name, type) in columns)
        {
            to.Write([0, 0, 0, 0, 1, 0]);
            TdsTypes.WriteType(to, type);
            to.Write(Short(name));
        }

        var count = 0L;
        foreach (var row in rows)
        {
            // A row with many nulls has a bit for each instead: both forms come, as from a server.
            var isMostlyNull = row.Count(value => value is null) * 2 > row.Length;
            to.Write(isMostlyNull ? RowWithNullsToken : RowToken);
            to.Write(isMostlyNull ? Nulls(row) : []);
            for (var column = 0; column < row.Length; column++)
            {
                if (row[column] is not null || !isMostlyNull)
                {
                    TdsTypes.WriteValue(to, columns[column].Type, row[column]);
                }
            }

            count++;
        }

        to.Write(Ending(HasCount, count));
        return new TdsAnswer(bytes.ToArray());
    }

    /// <summary>This one, and another in place of its end: rows, and then an error.</summary>
    public TdsAnswer EndingIn(TdsAnswer other) => new([.. Bytes[..^DoneLength], .. other.Bytes]);

    /// <summary>As much of it as a server sends that is gone before its end, or stays and says no more.</summary>
    public TdsAnswer WithoutEnd(bool isCut = true) => new(Bytes[..^DoneLength]) { HasNoEnd = true, IsCut = isCut };

    /// <summary>As the answer to a call of a procedure, which ends differently.</summary>
    public TdsAnswer OfProcedure()
    {
        byte[] answer = [.. Bytes];
        var status = answer[^(DoneLength - 1)];
        answer[^DoneLength] = DoneInProcedureToken;
        answer[^(DoneLength - 1)] |= MoreFollows;
        byte[] end = Ending(status & HasFailed);
        end[0] = DoneOfProcedureToken;
        return new([.. answer, ReturnStatusToken, .. Int(0), .. end]);
    }

    /// <summary>As the first answer on a connection that comes from the driver's pool: it was made as new.</summary>
    public TdsAnswer AfterReset() => new([.. Token(ChangeToken, [ResetChange, 0, 0]), .. Bytes]) { IsCut = IsCut, HasNoEnd = HasNoEnd };

    /// <summary>As the answer to a login, which says how large packets are from now on.</summary>
    public TdsAnswer WithPackets(int size)
    {
        byte[] text = Short(size.ToString(CultureInfo.InvariantCulture));
        return new([.. Token(ChangeToken, [PacketSizeChange, .. text, .. text]), .. Bytes]);
    }

    private static byte[] Nulls(object?[] row)
    {
        var bits = new byte[(row.Length + 7) / 8];
        for (var column = 0; column < row.Length; column++)
        {
            bits[column / 8] |= (byte)(row[column] is null ? 1 << (column % 8) : 0);
        }

        return bits;
    }

    private static MsSqlType TypeOf(object? value) =>
        value switch
        {
            null or string => new("nvarchar", 4000),
            bool => new("bit"),
            int => new("int"),
            long => new("bigint"),
            double => new("float"),
            float => new("real"),
            decimal => new("money"),
            Guid => new("uniqueidentifier"),
            byte[] => new("varbinary", 8000),
            DateTime => new("datetime2", 7),
            DateTimeOffset => new("datetimeoffset", 7),
            TimeSpan => new("time", 7),
            _ => throw new NotSupportedException(value.GetType().Name),
        };

    private static byte[] Ending(int status, long rows = 0) =>
        [DoneToken, .. UInt16(status), .. UInt16(0xC1), .. BitConverter.GetBytes(rows)];

    private static byte[] Token(byte token, byte[] content) => [token, .. UInt16(content.Length), .. content];

    private static byte[] Short(string text) => [(byte)text.Length, .. Encoding.Unicode.GetBytes(text)];

    private static byte[] Long(string text) => [.. UInt16(text.Length), .. Encoding.Unicode.GetBytes(text)];

    private static byte[] Int(int value) => BitConverter.GetBytes(value);

    private static byte[] UInt16(int value) => BitConverter.GetBytes((ushort)value);
}
