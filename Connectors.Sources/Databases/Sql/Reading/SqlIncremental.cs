using System.Globalization;
using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql.Reading;

/// <summary>Rows that may have changed since a time: their column is at or after <paramref name="From"/>, or has no value.</summary>
/// <param name="Column">A column with a date, or a date and a time.</param>
/// <param name="From">The least value, as text that both databases read as the column's type while the session is in UTC.</param>
internal sealed record SqlIncremental(SqlColumn Column, string From)
{
    /// <summary>A row has the time of its statement or of its transaction's begin, and is seen once the transaction has ended.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(15);

    /// <summary>Nobody knows the zone of a value without one. No zone's clock is further behind UTC.</summary>
    private static readonly TimeSpan FarthestZone = TimeSpan.FromHours(12);

    /// <summary>What to read of a table; <see langword="null"/> when it has no such column, so that only reading all of it tells.</summary>
    /// <param name="table">The table.</param>
    /// <param name="column">The column that the connector names.</param>
    /// <param name="time">The server's time when the last reading began.</param>
    public static SqlIncremental? Of(SqlTable table, string column, DateTimeOffset time)
    {
        var found = table.Columns.FirstOrDefault(each => each.Name == column);
        return found?.Kind switch
        {
            SqlValueKind.TimestampUtc => new SqlIncremental(found, Text(time - Overlap, "yyyy-MM-dd HH:mm:ss.ffffff")),
            SqlValueKind.Timestamp => new SqlIncremental(found, Text(time - Overlap - FarthestZone, "yyyy-MM-dd HH:mm:ss.ffffff")),
            SqlValueKind.Date => new SqlIncremental(found, Text(time - Overlap - FarthestZone, "yyyy-MM-dd")),
            _ => null,
        };
    }

    private static string Text(DateTimeOffset time, string format) => time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
}
