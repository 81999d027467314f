using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql.PostgreSql;

/// <summary>A column's type as the catalog has it; a domain as the type below it.</summary>
/// <param name="Name">Its name: <c>int4</c>.</param>
/// <param name="Kind">The catalog's letter: <c>b</c> base, <c>c</c> composite, <c>e</c> enum, <c>r</c> range.</param>
/// <param name="Category">The catalog's letter: <c>A</c> array.</param>
/// <param name="Modifier">The type's parameters, -1 for none.</param>
/// <param name="Element">An array's type of elements.</param>
internal sealed record PostgreSqlType(string Name, string Kind, string Category, int Modifier, string? Element);

/// <summary>How each type is asked for, and what becomes of it.</summary>
internal static class PostgreSqlTypes
{
    /// <summary>The modifier of a type without parameters.</summary>
    public const int NoModifier = -1;

    private const int ScaleBits = 0x7FF;

    /// <summary>Digits of a number that fits 64 bits whatever they are.</summary>
    private const int SafeDigits = 18;

    public static SqlColumn Column(string name, string type, int keyPosition, PostgreSqlType known, string? collation)
    {
        var own = $"t.{PostgreSqlDialect.Quote(name)}";
        var (expression, kind, element) = known switch
        {
            { Kind: "c" } => ($"to_json({own})::text", SqlValueKind.Json, SqlValueKind.Text),
            { Category: "A", Element: { } item } when known.Name.StartsWith('_') => (
                $"to_json({own}::text[])::text",
                SqlValueKind.List,
                KindOf(item, NoModifier)
            ),
            _ => ($"{own}::text", KindOf(known.Name, known.Modifier), SqlValueKind.Text),
        };
        return new SqlColumn(name, type, expression, kind, element, keyPosition, collation);
    }

    /// <summary>SQL for a key to sort by and to compare.</summary>
    public static string Comparand(SqlColumn key) =>
        key.IsComparedByText ? $"({PostgreSqlDialect.Own(key)}::text COLLATE \"C\")" : PostgreSqlDialect.Own(key);

    /// <summary>Whether different texts of a type's values are different values to the server.</summary>
    public static bool IsToldApart(PostgreSqlType type) =>
        type.Kind == "e"
        || type.Name
            is "int2"
                or "int4"
                or "int8"
                or "oid"
                or "bool"
                or "uuid"
                or "date"
                or "timestamp"
                or "timestamptz"
                or "bytea";

    private static SqlValueKind KindOf(string type, int modifier) =>
        type switch
        {
            "int2" or "int4" or "int8" or "oid" => SqlValueKind.Integer,
            "numeric" => IsWhole(modifier) ? SqlValueKind.Integer : SqlValueKind.Decimal,
            "float4" => SqlValueKind.Single,
            "float8" => SqlValueKind.Float,
            "bool" => SqlValueKind.Boolean,
            "date" => SqlValueKind.Date,
            "timestamp" => SqlValueKind.Timestamp,
            "timestamptz" => SqlValueKind.TimestampUtc,
            "bytea" => SqlValueKind.Binary,
            "json" or "jsonb" => SqlValueKind.Json,
            _ => SqlValueKind.Text,
        };

    /// <summary>The modifier of a number with these parameters, of which the driver gives no scale of 0.</summary>
    public static int ModifierOf(int? precision, int? scale) =>
        precision is { } digits ? ((digits << 16) | ((scale ?? 0) & ScaleBits)) + 4 : NoModifier;

    /// <summary>numeric(p, 0): the modifier holds the precision and, in its lower eleven bits, the scale, after the four that count the
    /// length.</summary>
    private static bool IsWhole(int modifier) =>
        modifier >= 4 && ((modifier - 4) & ScaleBits) == 0 && (((modifier - 4) >> 16) & 0xFFFF) <= SafeDigits;
}
