using System.Data.SqlTypes;
using System.Globalization;
using Connectors.Sources.Databases.Sql.MsSql;

namespace Connectors.Tests.Support.TSql;

/// <summary>How values are ordered and converted: learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql.</summary>
internal static class TSqlValues
{
    private const int DateStyle = 23;
    private const int HexStyle = 2;
    private static readonly CompareInfo Words = CultureInfo.GetCultureInfo("en-US").CompareInfo;

    public static MsSqlType Text { get; } = new("nvarchar", 4000);

    /// <summary>The order of two values of a type. That of a <c>uniqueidentifier</c> is the server's, not .NET's.</summary>
    public static int Compare(object one, object other, string? collation) =>
        (one, other) switch
        {
            (string a, string b) => CompareTexts(a.TrimEnd(' '), b.TrimEnd(' '), collation ?? string.Empty),
            (byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b),
            (Guid a, Guid b) => new SqlGuid(a).CompareTo(new SqlGuid(b)),
            (IComparable a, _) => a.CompareTo(other),
            _ => throw TSqlException.NotKnown($"{one.GetType().Name} compared"),
        };

    /// <summary>Whether values of both types are compared as they are, or, as times are, without a loss.</summary>
    public static bool AreAlike(MsSqlType one, MsSqlType other) => Family(one) == Family(other);

    /// <exception cref="TSqlException">It can't be converted.</exception>
    public static object? Convert(object? value, MsSqlType to, int style = 0)
    {
        try
        {
            return value is null ? null : Converted(value, to, style);
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException or SqlTypeException or ArgumentException)
        {
            throw new TSqlException(245, $"Conversion failed when converting the value '{value}' to data type {to}.");
        }
    }

    private static string Family(MsSqlType type) =>
        type.Name switch
        {
            "tinyint" or "smallint" or "int" or "bigint" => "whole",
            "datetime" or "smalldatetime" or "datetime2" => "time stamp",
            "varchar" or "char" => "text of a code page",
            "nvarchar" or "nchar" => "text",
            "varbinary" or "binary" => "bytes",
            "decimal" or "numeric" => "decimal",
            "money" or "smallmoney" => "money",
            _ => type.Name,
        };

    private static int CompareTexts(string one, string other, string collation)
    {
        var options =
            (collation.Contains("_CS", StringComparison.Ordinal) ? CompareOptions.None : CompareOptions.IgnoreCase)
            | (collation.Contains("_AI", StringComparison.Ordinal) ? CompareOptions.IgnoreNonSpace : CompareOptions.None);
        return collation.Contains("_BIN", StringComparison.Ordinal)
            ? string.CompareOrdinal(one, other)
            : Words.Compare(one, other, options);
    }

    private static object Converted(object value, MsSqlType to, int style) =>
        (to.Name, value) switch
        {
            ("nvarchar" or "varchar" or "xml" or "text", _) => Cut(AsText(value, style), to),
            ("nchar" or "char", _) => Cut(AsText(value, style), to).PadRight(to.First ?? 1),
            ("tinyint", long number) => (long)checked((byte)number),
            ("smallint", long number) => (long)checked((short)number),
            ("int", long number) => (long)checked((int)number),
            ("bigint", long number) => number,
            ("tinyint" or "smallint" or "int" or "bigint", SqlDecimal number) => Converted(number.ToSqlInt64().Value, to, style),
            ("tinyint" or "smallint" or "int" or "bigint", string text) => Converted(
                long.Parse(text, CultureInfo.InvariantCulture),
                to,
                style
            ),
            ("bit", long number) => number != 0,
            ("decimal" or "numeric", _) => SqlDecimal.ConvertToPrecScale(AsDecimal(value), to.First ?? 18, to.Second ?? 0),
            ("money" or "smallmoney", _) => AsDecimal(value).Value,
            ("float", _) => AsDouble(value),
            ("real", _) => (float)AsDouble(value),
            ("date", DateTime time) => time.Date,
            ("datetime2", DateTime time) => Round(time, to),
            ("datetime", DateTime time) => new SqlDateTime(time).Value,
            ("smalldatetime", DateTime time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMinute)),
            ("datetimeoffset", DateTime time) => new DateTimeOffset(Round(time, to), TimeSpan.Zero),
            ("datetimeoffset", string text) => DateTimeOffset.Parse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal
            ),
            ("date" or "datetime2" or "datetime" or "smalldatetime", string text) => Converted(
                DateTime.Parse(text, CultureInfo.InvariantCulture),
                to,
                style
            ),
            ("time", string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture),
            ("uniqueidentifier", string text) => Guid.Parse(text),
            ("varbinary" or "binary", byte[] bytes) => bytes,
            ("varbinary", string text) => System.Text.Encoding.Unicode.GetBytes(text),
            _ => throw TSqlException.NotKnown($"{value.GetType().Name} as {to}"),
        };

    private static string AsText(object value, int style) =>
        value switch
        {
            string text => text,
            DateTime time when style == DateStyle => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            byte[] bytes when style == HexStyle => System.Convert.ToHexString(bytes),
            SqlDecimal number => number.ToString(),
            _ => throw TSqlException.NotKnown($"{value.GetType().Name} as a text of style {style}"),
        };

    private static string Cut(string text, MsSqlType to) => to.First is > 0 and var length && text.Length > length ? text[..length] : text;

    private static SqlDecimal AsDecimal(object value) =>
        value is SqlDecimal number ? number : SqlDecimal.Parse(System.Convert.ToString(value, CultureInfo.InvariantCulture)!);

    private static double AsDouble(object value) =>
        value is SqlDecimal number ? number.ToDouble() : System.Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static DateTime Round(DateTime time, MsSqlType to) => time.AddTicks(-(time.Ticks % Unit(to)));

    private static long Unit(MsSqlType type) => (long)Math.Pow(10, 7 - (type.First ?? 7));
}
