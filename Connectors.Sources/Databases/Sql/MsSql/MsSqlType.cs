using System.Data.Common;
using System.Globalization;

namespace Connectors.Sources.Databases.Sql.MsSql;

/// <summary>A type with its parameters, as T-SQL writes it: <c>decimal(18,2)</c>.</summary>
/// <param name="Name">The type without parameters, in lower case.</param>
/// <param name="First">Length or precision, or the scale of a time; <see langword="null"/> when it has none, -1 for <c>max</c>.</param>
/// <param name="Second">The scale of a decimal.</param>
internal readonly record struct MsSqlType(string Name, int? First = null, int? Second = null)
{
    /// <summary>The type of a column as <c>sys.columns</c> has it.</summary>
    /// <param name="name">The type's name.</param>
    /// <param name="length">Bytes; -1 for <c>max</c>.</param>
    /// <param name="precision">Digits.</param>
    /// <param name="scale">Digits behind the point.</param>
    public static MsSqlType Of(string name, int length, int precision, int scale) =>
        name switch
        {
            // sysname is nvarchar(128) under another name.
            "sysname" => new("nvarchar", length < 0 ? -1 : length / 2),
            "nchar" or "nvarchar" => new(name, length < 0 ? -1 : length / 2),
            "char" or "varchar" or "binary" or "varbinary" => new(name, length),
            "decimal" or "numeric" => new(name, precision, scale),
            "datetime2" or "datetimeoffset" or "time" => new(name, scale),
            _ => new(name),
        };

    /// <summary>The type of a column of an answer, as the driver gives it: lengths in characters, types of .NET code with their
    /// database and schema.</summary>
    public static MsSqlType Of(DbColumn column)
    {
        var name = column.DataTypeName?.Split('.')[^1].ToLowerInvariant() ?? string.Empty;
        var length = column.ColumnSize is null or int.MaxValue ? -1 : column.ColumnSize.Value;
        var unit = length > 0 && name is "nchar" or "nvarchar" ? sizeof(char) : 1;
        return Of(name, length * unit, column.NumericPrecision ?? 0, column.NumericScale ?? 0);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static MsSqlType Parse(string text)
    {
        var parts = text.TrimEnd(')').Split('(', ',');
        return new MsSqlType(parts[0], Number(1), Number(2));

        int? Number(int place) =>
            place >= parts.Length ? null
            : parts[place] == "max" ? -1
            : int.Parse(parts[place], CultureInfo.InvariantCulture);
    }

    public override string ToString() =>
        First is not { } first ? Name
        : Second is { } second ? string.Create(CultureInfo.InvariantCulture, $"{Name}({first},{second})")
        : first < 0 ? $"{Name}(max)"
        : string.Create(CultureInfo.InvariantCulture, $"{Name}({first})");
}
