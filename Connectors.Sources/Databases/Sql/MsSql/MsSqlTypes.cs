using System.Data.Common;
using System.Globalization;
using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql.MsSql;

/// <summary>How each type is asked for, and what becomes of it.</summary>
internal static class MsSqlTypes
{
    /// <summary>What the catalog is asked to name a type that somebody made of .NET code.</summary>
    public const string Foreign = "clr";

    /// <summary>Digits of a number that fits 64 bits whatever they are.</summary>
    private const int SafeDigits = 18;

    /// <summary>The longest nvarchar but for <c>max</c>.</summary>
    private const int MostUnicode = 4000;

    private const string Time = "yyyy-MM-dd HH:mm:ss.FFFFFFF";

    /// <param name="name">The column.</param>
    /// <param name="type">Its type.</param>
    /// <param name="keyPosition">Its place in the primary key.</param>
    /// <param name="collation">The collation of its texts.</param>
    public static SqlColumn Column(string name, MsSqlType type, int keyPosition, string? collation)
    {
        var own = Own(name);
        var (expression, kind) = type.Name switch
        {
            "tinyint" or "smallint" or "int" or "bigint" => (own, SqlValueKind.Integer),
            "bit" => (own, SqlValueKind.Boolean),

            // .NET's decimal has 28 digits, the server's up to 38: these come as text.
            "decimal" or "numeric" => (
                $"CONVERT(nvarchar(41), {own})",
                type is { Second: 0, First: <= SafeDigits } ? SqlValueKind.Integer : SqlValueKind.Decimal
            ),
            "money" or "smallmoney" => (own, SqlValueKind.Decimal),
            "float" => (own, SqlValueKind.Float),
            "real" => (own, SqlValueKind.Single),

            // The server knows the code pages of its texts, so everything comes as Unicode.
            "char" or "varchar" or "text" => (AsUnicode(own, type), SqlValueKind.Text),

            // The driver makes a date a time stamp.
            "date" => ($"CONVERT(nvarchar(10), {own}, 23)", SqlValueKind.Date),
            "smalldatetime" or "datetime" or "datetime2" => (own, SqlValueKind.Timestamp),
            "datetimeoffset" => (own, SqlValueKind.TimestampUtc),

            // Bytes come as Base64; those of a key are few, and in an id hexadecimal digits read better.
            "binary" or "varbinary" or "timestamp" or "rowversion" when keyPosition > 0 => (
                $"CONVERT(varchar(max), CONVERT(varbinary(max), {own}), 2)",
                SqlValueKind.Binary
            ),
            "hierarchyid" or "geography" or "geometry" => ($"{own}.ToString()", SqlValueKind.Text),
            "json" => ($"CONVERT(nvarchar(max), {own})", SqlValueKind.Json),
            "vector" => ($"CONVERT(nvarchar(max), {own})", SqlValueKind.Json),
            "xml" or "sql_variant" => ($"CONVERT(nvarchar(max), {own})", SqlValueKind.Text),
            Foreign => ($"CONVERT(varbinary(max), {own})", SqlValueKind.Text),
            _ => (own, SqlValueKind.Text),
        };
        return new SqlColumn(name, type.ToString(), expression, kind, KeyPosition: keyPosition, Collation: collation);
    }

    /// <summary>Whether different texts of a type's values are different values to the server.</summary>
    public static bool IsToldApart(MsSqlType type) =>
        type.Name
            is "tinyint"
                or "smallint"
                or "int"
                or "bigint"
                or "bit"
                or "decimal"
                or "numeric"
                or "money"
                or "smallmoney"
                or "float"
                or "real"
                or "date"
                or "smalldatetime"
                or "datetime"
                or "datetime2"
                or "datetimeoffset"
                or "time"
                or "uniqueidentifier"
                or "binary"
                or "timestamp"
                or "rowversion";

    /// <summary>The text of a value that is not NULL: that which the column's kind expects; bytes as Base64.</summary>
    public static string Text(DbDataReader rows, int ordinal) =>
        rows.GetValue(ordinal) switch
        {
            string text => text,
            bool flag => flag ? "1" : "0",
            double number => number.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e'),
            float number => number.ToString("R", CultureInfo.InvariantCulture),
            DateTime time => time.ToString(Time, CultureInfo.InvariantCulture),
            DateTimeOffset time => time.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture),
            TimeSpan time => new TimeOnly(time.Ticks).ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
            byte[] bytes => Convert.ToBase64String(bytes),
            var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? string.Empty,
        };

    /// <summary>A text of a code page as Unicode.</summary>
    public static string AsUnicode(string expression, MsSqlType type) =>
        type.First is > 0 and <= MostUnicode and var length
            ? string.Create(CultureInfo.InvariantCulture, $"CONVERT(nvarchar({length}), {expression})")
            : $"CONVERT(nvarchar(max), {expression})";

    public static string Quote(string name) => $"[{name.Replace("]", "]]", StringComparison.Ordinal)}]";

    public static string Own(string column) => $"t.{Quote(column)}";
}
