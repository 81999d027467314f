using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql.Reading;

/// <summary>
/// A part of a table: the rows whose first key column comes after <paramref name="After"/>, up to and including <paramref name="Through"/>,
/// in the server's own order; <see langword="null"/> = no end.
/// </summary>
/// <param name="Table">The table.</param>
/// <param name="KeyShape">The key that the bounds, and the tokens of this part, belong to.</param>
/// <param name="After">Text of the first key column.</param>
/// <param name="Through">Text of the first key column.</param>
/// <param name="Clashes">See <see cref="SqlRowId.Clashes"/>.</param>
/// <param name="Rule">Number of the rule whose query is read in place of a table; <see langword="null"/> for a table.</param>
/// <param name="Gap">Why the table can't be read, when it can't: <see cref="NoRight"/>, <see cref="NoKey"/>, or a sentence.</param>
internal sealed record SqlBounds(
    string Table,
    string KeyShape = "",
    string? After = null,
    string? Through = null,
    string[]? Clashes = null,
    string? Gap = null,
    int? Rule = null
)
{
    public const string NoRight = "no right";
    public const string NoKey = "no key";

    public SourcePartition ToPartition(string name) => new(name, JsonSerializer.Serialize(this));

    /// <summary>The bounds of a partition; <see langword="null"/> for that of a source without tables.</summary>
    /// <exception cref="ConnectorException">They are damaged.</exception>
    public static SqlBounds? Parse(SourcePartition partition)
    {
        if (partition.Bounds.Length == 0)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<SqlBounds>(partition.Bounds) is { Table.Length: > 0 } bounds
                ? bounds
                : throw new JsonException("no table");
        }
        catch (JsonException damaged)
        {
            throw new ConnectorException(
                FailureKind.Fatal,
                $"Partition '{partition.Name}': its bounds are damaged. Start a new sync.",
                damaged
            );
        }
    }
}
