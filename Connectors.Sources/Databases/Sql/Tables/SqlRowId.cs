using System.Text.Encodings.Web;
using System.Text.Json;

namespace Connectors.Sources.Databases.Sql.Tables;

/// <summary>
/// Ids of rows as the Python service makes them: the values of the key, joined by underscores, after a prefix with the table's name. That
/// form is the same for different rows now and then, <c>("a_b", "c")</c> and <c>("a", "b_c")</c>; such a key is written as a JSON array
/// instead, which no other row has.
/// </summary>
internal static class SqlRowId
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="prefix">What stands before the key.</param>
    /// <param name="key">The key's values, as Python prints them.</param>
    /// <param name="clashes">Beginnings that a key must not have, because another table's ids begin so.</param>
    public static string Of(string prefix, IReadOnlyList<string> key, IReadOnlyList<string> clashes)
    {
        var isPlain =
            key.Count == 1
                ? key[0].Length > 0 && key[0][0] != '['
                : key.All(value => value.Length > 0 && value[0] != '[' && !value.Contains('_', StringComparison.Ordinal));
        var plain = isPlain ? string.Join('_', key) : string.Empty;
        return isPlain && !clashes.Any(clash => plain.StartsWith(clash, StringComparison.Ordinal))
            ? prefix + plain
            : prefix + JsonSerializer.Serialize(key, Relaxed);
    }

    /// <summary>Of each other table whose ids begin like those of <paramref name="table"/>, what follows: <c>items_</c> for <c>order</c>
    /// and <c>order_items</c>.</summary>
    public static string[] Clashes(string table, IEnumerable<string> tables) =>
        [
            .. from other in tables
            where other.Length > table.Length + 1 && other.StartsWith(table, StringComparison.Ordinal) && other[table.Length] == '_'
            select other[(table.Length + 1)..] + "_",
        ];
}
