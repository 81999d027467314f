using System.Buffers;
using System.Collections.Frozen;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql.MySql;

/// <summary>How each type is asked for, and what becomes of it.</summary>
internal static class MySqlTypes
{
    private static readonly FrozenSet<string> Numbers = FrozenSet.Create(
        StringComparer.Ordinal,
        "tinyint",
        "smallint",
        "mediumint",
        "int",
        "bigint",
        "year",
        "bit",
        "enum",
        "set",
        "decimal",
        "float",
        "double"
    );

    private static readonly FrozenSet<string> Others = FrozenSet.Create(
        StringComparer.Ordinal,
        "date",
        "datetime",
        "timestamp",
        "time",
        "binary",
        "varbinary",
        "tinyblob",
        "blob",
        "mediumblob",
        "longblob"
    );

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789+-.e");

    /// <param name="name">The column.</param>
    /// <param name="type">Its type without parameters, in lower case: <c>decimal</c>.</param>
    /// <param name="isWhole">Whether a decimal has no fraction and fits 64 bits.</param>
    /// <param name="keyPosition">Its place in the primary key.</param>
    public static SqlColumn Column(string name, string type, bool isWhole, int keyPosition)
    {
        var own = Own(name);
        var isKey = keyPosition > 0;
        var (expression, kind) = type switch
        {
            // Adding nothing takes off the zeros of ZEROFILL, and makes numbers of bits.
            "tinyint" or "smallint" or "mediumint" or "int" or "bigint" or "year" or "bit" => (
                $"CAST({own} + 0 AS CHAR)",
                SqlValueKind.Integer
            ),
            "decimal" => isWhole ? ($"CAST({own} + 0 AS CHAR)", SqlValueKind.Integer) : ($"CAST({own} AS CHAR)", SqlValueKind.Decimal),
            "double" => ($"CAST({own} + 0e0 AS CHAR)", SqlValueKind.Float),

            // As a text a float has six digits, which is not enough to tell keys apart: it is asked for as a double, and shortened
            // afterwards.
            "float" => ($"CAST({own} + 0e0 AS CHAR)", SqlValueKind.Single),
            "date" => ($"CAST({own} AS CHAR)", SqlValueKind.Date),
            "datetime" => ($"CAST({own} AS CHAR)", SqlValueKind.Timestamp),
            "timestamp" => ($"CAST({own} AS CHAR)", SqlValueKind.TimestampUtc),
            "char" or "varchar" or "tinytext" or "text" or "mediumtext" or "longtext" or "enum" => (own, SqlValueKind.Text),
            "set" => (own, SqlValueKind.Set),
            "json" => (own, SqlValueKind.Json),

            // The driver gives bytes, which the dialect makes Base64; those of a key are few, and in an id hexadecimal digits read better.
            "binary" or "varbinary" or "tinyblob" or "blob" or "mediumblob" or "longblob" when isKey => (
                $"HEX({own})",
                SqlValueKind.Binary
            ),
            "binary" or "varbinary" or "tinyblob" or "blob" or "mediumblob" or "longblob" or "vector" => (own, SqlValueKind.Text),
            "geometry"
            or "point"
            or "linestring"
            or "polygon"
            or "multipoint"
            or "multilinestring"
            or "multipolygon"
            or "geometrycollection"
            or "geomcollection" => ($"ST_AsText({own})", SqlValueKind.Text),
            _ => ($"CAST({own} AS CHAR)", SqlValueKind.Text),
        };
        return new SqlColumn(name, type, expression, kind, KeyPosition: keyPosition);
    }

    /// <summary>The name of a type as <see cref="Column"/> takes it, of that which the driver gives: <c>bigint</c> of
    /// <c>BIGINT UNSIGNED</c>, <c>tinyint</c> of <c>BOOL</c>, <c>char</c> of <c>CHAR(36)</c>.</summary>
    public static string NameOf(string type) =>
        type.ToLowerInvariant().Split(' ', '(')[0] is var name && name == "bool" ? "tinyint" : name;

    /// <summary>SQL for a key as text, from which <see cref="Parameter"/> makes the value again.</summary>
    public static string CursorExpression(SqlColumn key) =>
        key.Type switch
        {
            "tinyint" or "smallint" or "mediumint" or "int" or "bigint" or "year" or "bit" or "enum" or "set" =>
                $"CAST({Own(key.Name)} + 0 AS CHAR)",
            "float" or "double" => $"CAST({Own(key.Name)} + 0e0 AS CHAR)",
            "char" or "varchar" or "tinytext" or "text" or "mediumtext" or "longtext" => Own(key.Name),
            "binary" or "varbinary" or "tinyblob" or "blob" or "mediumblob" or "longblob" => $"HEX({Own(key.Name)})",
            _ => $"CAST({Own(key.Name)} AS CHAR)",
        };

    /// <summary>SQL for a key in a comparison that agrees with the order of the key: an enum sorts by its number, but compares with a text
    /// by its text.</summary>
    public static string Comparand(SqlColumn key) =>
        key.IsComparedByText ? $"CAST(CONVERT({CursorExpression(key)} USING utf8mb4) AS BINARY)"
        : key.Type is "enum" or "set" or "bit" or "year" ? $"({Own(key.Name)} + 0)"
        : Own(key.Name);

    /// <summary>SQL for a key to sort by.</summary>
    public static string Order(SqlColumn key) => key.IsComparedByText ? Comparand(key) : Own(key.Name);

    /// <summary>Whether different texts of a type's values are different values to the server.</summary>
    public static bool IsToldApart(string type) => Numbers.Contains(type) || Others.Contains(type);

    /// <summary>A key's text as SQL to compare with, if it is a number: with a text the server would compare inexactly.</summary>
    /// <exception cref="ConnectorException">It is no number.</exception>
    public static string? Literal(SqlColumn key, string text)
    {
        if (!Numbers.Contains(key.Type))
        {
            return null;
        }

        var isNumber = text.Length > 0 && text.AsSpan().IndexOfAnyExcept(NumberCharacters) < 0;
        return !isNumber ? throw new ConnectorException($"A place in the table is damaged: '{key.Name}' is no number. Start a new sync.")
            : key.Type is "float" or "double" && !text.Contains('e', StringComparison.Ordinal) ? text + "e0"
            : text;
    }

    /// <summary>A key's value for a parameter, if it is no number.</summary>
    public static object Parameter(SqlColumn key, string text) =>
        key.Type is "binary" or "varbinary" or "tinyblob" or "blob" or "mediumblob" or "longblob" ? SqlText.Bytes(text) : text;

    public static string Quote(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    private static string Own(string column) => $"t.{Quote(column)}";
}
