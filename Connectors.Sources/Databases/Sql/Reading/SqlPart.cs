using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql.Reading;

/// <summary>The rows of a table that are to be read.</summary>
/// <param name="Table">The table.</param>
/// <param name="Bounds">The part of it.</param>
/// <param name="Since">Only rows that may have changed since a time; <see langword="null"/> for all.</param>
internal sealed record SqlPart(SqlTable Table, SqlBounds Bounds, SqlIncremental? Since = null)
{
    /// <summary>Whether only rows without a value in a column of the key are meant, which a query can give.</summary>
    public bool IsWithoutKey { get; init; }
}
