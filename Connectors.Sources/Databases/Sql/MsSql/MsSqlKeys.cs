using System.Data;
using System.Data.Common;
using System.Data.SqlTypes;
using System.Globalization;
using System.Text;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Tables;
using Microsoft.Data.SqlClient;

namespace Connectors.Sources.Databases.Sql.MsSql;

/// <summary>
/// Keys as texts, and back as parameters of the column's own type: compared in another type, a key can have another order than the one
/// that rows are read in. The order of a <c>uniqueidentifier</c>, for one, is not that of its text.
/// </summary>
internal static class MsSqlKeys
{
    private const string HexMark = "\0";

    /// <summary>No type: the bytes of a text.</summary>
    private const string ByText = "";

    /// <summary>SQL for a key's value, from which <see cref="Text"/> makes a text.</summary>
    public static string Expression(SqlColumn key)
    {
        var (own, type) = (MsSqlTypes.Own(key.Name), MsSqlType.Parse(key.Type));
        return type.Name switch
        {
            "varbinary" when key.IsComparedByText => $"CONVERT(varchar(max), {own}, 2)",
            _ when key.IsComparedByText => $"CONVERT(nvarchar(max), {own})",
            "char" or "varchar" => MsSqlTypes.AsUnicode(own, type),
            "decimal" or "numeric" => $"CONVERT(nvarchar(41), {own})",
            "hierarchyid" => $"CONVERT(varbinary(892), {own})",
            _ => own,
        };
    }

    /// <summary>SQL for a key to sort by and to compare. Bytes are compared as their digits: the server takes those that end with zeros
    /// for the same as those without.</summary>
    public static string Comparand(SqlColumn key) =>
        key.IsComparedByText
            ? $"CONVERT(varchar(max), CONVERT(varbinary(max), CONVERT(nvarchar(max), {Expression(key)})), 2) COLLATE Latin1_General_BIN2"
            : MsSqlTypes.Own(key.Name);

    /// <summary>The text of a key, from which <see cref="Value"/> makes the same value again.</summary>
    public static string Text(DbDataReader rows, int ordinal) =>
        rows.GetValue(ordinal) switch
        {
            string text => IsPlain(text) ? text : HexMark + Convert.ToHexString(Encoding.Unicode.GetBytes(text)),
            bool flag => flag ? "1" : "0",
            double number => number.ToString("R", CultureInfo.InvariantCulture),
            float number => number.ToString("R", CultureInfo.InvariantCulture),
            DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
            DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
            TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
            byte[] bytes => Convert.ToHexString(bytes),
            var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? string.Empty,
        };

    /// <summary>Adds a parameter with a key's value, and gives the SQL to compare the column with.</summary>
    /// <exception cref="ConnectorException">The text is no value of the column.</exception>
    public static string Value(DbCommand command, SqlColumn key, string text)
    {
        var type = key.IsComparedByText ? new MsSqlType(ByText) : MsSqlType.Parse(key.Type);
        var name = $"@p{command.Parameters.Count}";
        try
        {
            command.Parameters.Add(Parameter(name, type, text));
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException or SqlTypeException or ArgumentException)
        {
            throw new ConnectorException($"A place in the table is damaged: '{key.Name}' is no {type}. Start a new sync.");
        }

        return type.Name switch
        {
            // The column would become Unicode otherwise, which has another order under some collations; and the parameter has to keep the
            // letters of the column's code page, not of the database's.
            "char" or "varchar" when key.Collation is { } collation && collation.All(IsOfName) =>
                $"CONVERT({type}, {name} COLLATE {collation})",
            "char" or "varchar" => $"CONVERT({type}, {name})",
            "hierarchyid" => $"CONVERT(hierarchyid, {name})",
            _ => name,
        };
    }

    private static SqlParameter Parameter(string name, MsSqlType type, string text) =>
        type.Name switch
        {
            "bit" => new(name, SqlDbType.Bit) { Value = text == "1" },
            "tinyint" => new(name, SqlDbType.TinyInt) { Value = byte.Parse(text, CultureInfo.InvariantCulture) },
            "smallint" => new(name, SqlDbType.SmallInt) { Value = short.Parse(text, CultureInfo.InvariantCulture) },
            "int" => new(name, SqlDbType.Int) { Value = int.Parse(text, CultureInfo.InvariantCulture) },
            "bigint" => new(name, SqlDbType.BigInt) { Value = long.Parse(text, CultureInfo.InvariantCulture) },
            "decimal" or "numeric" => new(name, SqlDbType.Decimal)
            {
                Precision = (byte)(type.First ?? 18),
                Scale = (byte)(type.Second ?? 0),
                Value = SqlDecimal.Parse(text),
            },
            "money" => new(name, SqlDbType.Money) { Value = decimal.Parse(text, CultureInfo.InvariantCulture) },
            "smallmoney" => new(name, SqlDbType.SmallMoney) { Value = decimal.Parse(text, CultureInfo.InvariantCulture) },
            "float" => new(name, SqlDbType.Float) { Value = double.Parse(text, CultureInfo.InvariantCulture) },
            "real" => new(name, SqlDbType.Real) { Value = float.Parse(text, CultureInfo.InvariantCulture) },
            "date" => new(name, SqlDbType.Date) { Value = TimeOf(text) },
            "smalldatetime" => new(name, SqlDbType.SmallDateTime) { Value = TimeOf(text) },
            "datetime" => new(name, SqlDbType.DateTime) { Value = TimeOf(text) },
            "datetime2" => new(name, SqlDbType.DateTime2) { Scale = (byte)(type.First ?? 7), Value = TimeOf(text) },
            "datetimeoffset" => new(name, SqlDbType.DateTimeOffset)
            {
                Scale = (byte)(type.First ?? 7),
                Value = DateTimeOffset.ParseExact(text, "O", CultureInfo.InvariantCulture),
            },
            "time" => new(name, SqlDbType.Time)
            {
                Scale = (byte)(type.First ?? 7),
                Value = TimeSpan.ParseExact(text, "c", CultureInfo.InvariantCulture),
            },
            "uniqueidentifier" => new(name, SqlDbType.UniqueIdentifier) { Value = Guid.Parse(text) },
            "binary" => new(name, SqlDbType.Binary, type.First ?? 8) { Value = Convert.FromHexString(text) },
            "timestamp" or "rowversion" => new(name, SqlDbType.Binary, 8) { Value = Convert.FromHexString(text) },
            "varbinary" => new(name, SqlDbType.VarBinary, type.First ?? -1) { Value = Convert.FromHexString(text) },
            ByText => new(name, SqlDbType.VarChar, -1) { Value = Convert.ToHexString(Encoding.Unicode.GetBytes(Plain(text))) },
            "hierarchyid" => new(name, SqlDbType.VarBinary, 892) { Value = Convert.FromHexString(text) },
            "nchar" => new(name, SqlDbType.NChar, type.First ?? 1) { Value = Plain(text) },
            "nvarchar" => new(name, SqlDbType.NVarChar, type.First ?? -1) { Value = Plain(text) },
            _ => new(name, SqlDbType.NVarChar, -1) { Value = Plain(text) },
        };

    private static DateTime TimeOf(string text) =>
        DateTime.ParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    /// <summary>Whether JSON gives the text back as it is: a column may hold halves of characters.</summary>
    private static bool IsPlain(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])))
            {
                return false;
            }

            i += char.IsHighSurrogate(text[i]) ? 1 : 0;
        }

        return !text.StartsWith(HexMark, StringComparison.Ordinal);
    }

    private static string Plain(string text) =>
        text.StartsWith(HexMark, StringComparison.Ordinal) ? Encoding.Unicode.GetString(Convert.FromHexString(text.AsSpan(1))) : text;

    private static bool IsOfName(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';
}
