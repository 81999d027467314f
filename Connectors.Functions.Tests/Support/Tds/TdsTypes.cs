using System.Data.SqlTypes;
using System.Text;
using Connectors.Sources.Databases.Sql.MsSql;

namespace Connectors.Tests.Support.Tds;

/// <summary>
/// Types and values as the protocol has them: TYPE_INFO and TYPE_VARBYTE of the specification MS-TDS. In memory, whole numbers are
/// <see cref="long"/>, decimals <see cref="SqlDecimal"/>, money is <see cref="decimal"/>, and the rest what the driver gives.
/// </summary>
internal static class TdsTypes
{
    private const ushort Max = 0xFFFF;
    private const int TicksOfScale7 = 7;

    /// <summary>A sign, and 16 bytes.</summary>
    private const int DecimalBytes = 17;

    /// <summary>Cyrillic_General_CI_AS: a driver has to know the culture 0x419 to find its code page.</summary>
    public static byte[] Collation { get; } = [0x19, 0x04, 0xD0, 0x00, 0x00];

    private static bool IsText(MsSqlType type) => type.Name is "nvarchar" or "nchar" or "varchar" or "char";

    private static bool IsBytes(MsSqlType type) => type.Name is "varbinary" or "binary";

    private static bool IsDecimal(MsSqlType type) => type.Name is "decimal" or "numeric";

    private static bool IsTime(MsSqlType type) => type.Name is "time" or "datetime2" or "datetimeoffset";

    public static void WriteType(BinaryWriter to, MsSqlType type)
    {
        to.Write(TokenOf(type));
        if (IsText(type) || IsBytes(type))
        {
            var unit = type.Name.StartsWith('n') ? 2 : 1;
            to.Write(type.First is > 0 and var length ? (ushort)(length * unit) : Max);
            to.Write(IsText(type) ? Collation : []);
        }
        else if (IsTime(type))
        {
            to.Write((byte)(type.First ?? TicksOfScale7));
        }
        else if (IsDecimal(type))
        {
            to.Write((byte)DecimalBytes);
            to.Write((byte)type.First!);
            to.Write((byte)type.Second!);
        }
        else if (type.Name != "date")
        {
            to.Write((byte)SizeOf(type));
        }
    }

    public static void WriteValue(BinaryWriter to, MsSqlType type, object? value)
    {
        var isLarge = IsText(type) || IsBytes(type);
        var bytes = value is null ? null : Bytes(type, value);
        if (!isLarge)
        {
            to.Write((byte)(bytes?.Length ?? 0));
            to.Write(bytes ?? []);
        }
        else if (type.First is > 0)
        {
            to.Write((ushort)(bytes?.Length ?? Max));
            to.Write(bytes ?? []);
        }
        else
        {
            WriteLong(to, bytes);
        }
    }

    /// <summary>A type, and a value of it.</summary>
    public static (MsSqlType Type, object? Value) Read(BinaryReader from)
    {
        var type = ReadType(from);
        var isLarge = IsText(type) || IsBytes(type);
        int length = isLarge && type.First is < 0 ? -1 : isLarge ? from.ReadUInt16() : from.ReadByte();
        var bytes =
            length < 0 ? ReadLong(from)
            : length == (isLarge ? Max : 0) ? null
            : from.ReadBytes(length);
        return (type, bytes is null ? null : Value(type, bytes));
    }

    private static MsSqlType ReadType(BinaryReader from)
    {
        var token = from.ReadByte();
        switch (token)
        {
            case 0x28:
                return new MsSqlType("date");
            case 0x29 or 0x2A or 0x2B:
                return new MsSqlType(token == 0x29 ? "time" : token == 0x2A ? "datetime2" : "datetimeoffset", from.ReadByte());
            case 0xE7 or 0xEF or 0xA7 or 0xAF or 0xA5 or 0xAD:
                var length = from.ReadUInt16();
                from.ReadBytes(token is 0xA5 or 0xAD ? 0 : Collation.Length);
                var name = token switch
                {
                    0xE7 => "nvarchar",
                    0xEF => "nchar",
                    0xA7 => "varchar",
                    0xAF => "char",
                    0xA5 => "varbinary",
                    _ => "binary",
                };
                return new MsSqlType(name, length == Max ? -1 : length / (name[0] == 'n' ? 2 : 1));
        }

        var size = from.ReadByte();
        return (token, size) switch
        {
            (0x26, 1) => new MsSqlType("tinyint"),
            (0x26, 2) => new MsSqlType("smallint"),
            (0x26, 4) => new MsSqlType("int"),
            (0x26, 8) => new MsSqlType("bigint"),
            (0x68, _) => new MsSqlType("bit"),
            (0x6D, 4) => new MsSqlType("real"),
            (0x6D, 8) => new MsSqlType("float"),
            (0x6E, 4) => new MsSqlType("smallmoney"),
            (0x6E, 8) => new MsSqlType("money"),
            (0x6F, 4) => new MsSqlType("smalldatetime"),
            (0x6F, 8) => new MsSqlType("datetime"),
            (0x24, _) => new MsSqlType("uniqueidentifier"),
            (0x6A or 0x6C, _) => new MsSqlType("decimal", from.ReadByte(), from.ReadByte()),
            _ => throw new NotSupportedException($"a value of the type {token:X}, {size} bytes"),
        };
    }

    private static byte TokenOf(MsSqlType type) =>
        type.Name switch
        {
            "tinyint" or "smallint" or "int" or "bigint" => 0x26,
            "bit" => 0x68,
            "real" or "float" => 0x6D,
            "money" or "smallmoney" => 0x6E,
            "datetime" or "smalldatetime" => 0x6F,
            "uniqueidentifier" => 0x24,
            "date" => 0x28,
            "time" => 0x29,
            "datetime2" => 0x2A,
            "datetimeoffset" => 0x2B,
            "nvarchar" => 0xE7,
            "nchar" => 0xEF,
            "varchar" => 0xA7,
            "char" => 0xAF,
            "varbinary" => 0xA5,
            "binary" => 0xAD,
            "decimal" => 0x6A,
            "numeric" => 0x6C,
            _ => throw new NotSupportedException($"a column of the type {type}"),
        };

    private static int SizeOf(MsSqlType type) =>
        type.Name switch
        {
            "tinyint" or "bit" => 1,
            "smallint" => 2,
            "int" or "real" or "smallmoney" or "smalldatetime" => 4,
            "uniqueidentifier" => 16,
            _ => 8,
        };

    private static byte[] Bytes(MsSqlType type, object value) =>
        value switch
        {
            long number => BitConverter.GetBytes(number)[..SizeOf(type)],
            bool flag => [flag ? (byte)1 : (byte)0],
            double number => BitConverter.GetBytes(number),
            float number => BitConverter.GetBytes(number),
            decimal money when type.Name == "smallmoney" => BitConverter.GetBytes((int)(money * 10_000)),
            decimal money => [.. BitConverter.GetBytes((long)(money * 10_000))[4..], .. BitConverter.GetBytes((long)(money * 10_000))[..4]],
            SqlDecimal number => [number.IsPositive ? (byte)1 : (byte)0, .. number.Data.SelectMany(BitConverter.GetBytes)],
            Guid id => id.ToByteArray(),
            byte[] bytes => bytes,
            string text => (type.Name[0] == 'n' ? Encoding.Unicode : Encoding.Latin1).GetBytes(text),
            TimeSpan time => Ticks(time, type),
            DateTime time when type.Name == "date" => Day(time),
            DateTime time when type.Name == "datetime2" => [.. Ticks(time.TimeOfDay, type), .. Day(time)],
            DateTime time when type.Name == "smalldatetime" =>
            [
                .. BitConverter.GetBytes((ushort)new SqlDateTime(time).DayTicks),
                .. BitConverter.GetBytes((ushort)time.TimeOfDay.TotalMinutes),
            ],
            DateTime time =>
            [
                .. BitConverter.GetBytes(new SqlDateTime(time).DayTicks),
                .. BitConverter.GetBytes(new SqlDateTime(time).TimeTicks),
            ],
            DateTimeOffset time =>
            [
                .. Ticks(time.UtcDateTime.TimeOfDay, type),
                .. Day(time.UtcDateTime),
                .. BitConverter.GetBytes((short)time.Offset.TotalMinutes),
            ],
            _ => throw new NotSupportedException($"{value.GetType().Name} as {type}"),
        };

    private static object Value(MsSqlType type, byte[] bytes) =>
        type.Name switch
        {
            "tinyint" => (object)(long)bytes[0],
            "smallint" => (long)BitConverter.ToInt16(bytes),
            "int" => (long)BitConverter.ToInt32(bytes),
            "bigint" => BitConverter.ToInt64(bytes),
            "bit" => bytes[0] != 0,
            "real" => BitConverter.ToSingle(bytes),
            "float" => BitConverter.ToDouble(bytes),
            "smallmoney" => BitConverter.ToInt32(bytes) / 10_000m,
            "money" => BitConverter.ToInt64([.. bytes[4..], .. bytes[..4]]) / 10_000m,
            "uniqueidentifier" => new Guid(bytes),
            "varbinary" or "binary" => bytes,
            "nvarchar" or "nchar" => Encoding.Unicode.GetString(bytes),
            "varchar" or "char" => Encoding.Latin1.GetString(bytes),
            "decimal" => Decimal(type, bytes),
            "time" => Time(bytes, type),
            "date" => DayOf(bytes),
            "datetime2" => DayOf(bytes[^3..]) + Time(bytes[..^3], type),
            "datetimeoffset" => new DateTimeOffset(DayOf(bytes[^5..^2]) + Time(bytes[..^5], type), TimeSpan.Zero).ToOffset(
                TimeSpan.FromMinutes(BitConverter.ToInt16(bytes, bytes.Length - 2))
            ),
            "smalldatetime" => new SqlDateTime(BitConverter.ToUInt16(bytes), 0).Value.AddMinutes(BitConverter.ToUInt16(bytes, 2)),
            _ => new SqlDateTime(BitConverter.ToInt32(bytes), BitConverter.ToInt32(bytes, 4)).Value,
        };

    private static SqlDecimal Decimal(MsSqlType type, byte[] bytes)
    {
        var words = new byte[16];
        bytes.AsSpan(1).CopyTo(words);
        var data = Enumerable.Range(0, 4).Select(word => BitConverter.ToInt32(words, word * 4)).ToArray();
        return new SqlDecimal((byte)type.First!, (byte)type.Second!, bytes[0] == 1, data);
    }

    private static long Unit(MsSqlType type) => (long)Math.Pow(10, TicksOfScale7 - (type.First ?? TicksOfScale7));

    private static byte[] Ticks(TimeSpan time, MsSqlType type)
    {
        var length = type.First switch
        {
            <= 2 => 3,
            <= 4 => 4,
            _ => 5,
        };
        return BitConverter.GetBytes(time.Ticks / Unit(type))[..length];
    }

    private static TimeSpan Time(byte[] bytes, MsSqlType type) =>
        new(BitConverter.ToInt64([.. bytes, .. new byte[8 - bytes.Length]]) * Unit(type));

    private static byte[] Day(DateTime time) => BitConverter.GetBytes(DateOnly.FromDateTime(time).DayNumber)[..3];

    private static DateTime DayOf(byte[] bytes) => DateOnly.FromDayNumber(BitConverter.ToInt32([.. bytes, 0])).ToDateTime(default);

    /// <summary>A value of a <c>max</c> type: its length, and parts.</summary>
    private static void WriteLong(BinaryWriter to, byte[]? bytes)
    {
        const int Part = 3000;
        to.Write(bytes?.LongLength ?? -1);
        foreach (var part in (bytes ?? []).Chunk(Part))
        {
            to.Write(part.Length);
            to.Write(part);
        }

        if (bytes is not null)
        {
            to.Write(0);
        }
    }

    private static byte[]? ReadLong(BinaryReader from)
    {
        if (from.ReadInt64() == -1)
        {
            return null;
        }

        var all = new List<byte>();
        while (from.ReadInt32() is > 0 and var length)
        {
            all.AddRange(from.ReadBytes(length));
        }

        return [.. all];
    }
}
