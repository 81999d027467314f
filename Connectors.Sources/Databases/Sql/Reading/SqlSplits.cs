using System.Globalization;

namespace Connectors.Sources.Databases.Sql.Reading;

/// <summary>Divides a range of whole numbers.</summary>
internal static class SqlSplits
{
    /// <summary>Up to <paramref name="parts"/> - 1 numbers, ascending, that divide those from <paramref name="first"/> to
    /// <paramref name="last"/> evenly.</summary>
    public static IReadOnlyList<string> Between(decimal first, decimal last, int parts) =>
        [
            .. Enumerable
                .Range(1, Math.Max(parts - 1, 0))
                .Select(i => decimal.Floor(first + ((last - first) / parts * i)))
                .Where(value => value >= first && value < last)
                .Distinct()
                .Select(value => value.ToString("0", CultureInfo.InvariantCulture)),
        ];
}
