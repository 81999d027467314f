using System.Data.Common;
using System.Globalization;

namespace Connectors.Sources.Databases.Sql.Reading;

/// <summary>Divides a range of whole numbers.</summary>
internal static class SqlSplits
{
    /// <summary>Divides evenly between the first and the last number, for which a command asks.</summary>
    public static async Task<IReadOnlyList<string>> BetweenEndsAsync(DbCommand ends, int parts, CancellationToken cancellationToken)
    {
        await using var row = await ends.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) && !await row.IsDBNullAsync(0, cancellationToken)
            ? Between(Number(0), Number(1), parts)
            : [];

        decimal Number(int ordinal) => Convert.ToDecimal(row.GetValue(ordinal), CultureInfo.InvariantCulture);
    }

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
