using System.Text.Json.Nodes;
using Connectors.Sources.Databases.Sql.Rules;

namespace Connectors.Sources.Databases.Sql.Tables;

/// <summary>A column of a table that is read.</summary>
/// <param name="Name">Its name in the database.</param>
/// <param name="Type">Its type in the database's words, to cast a key back to it.</param>
/// <param name="Expression">SQL that gives its value as the text that <paramref name="Kind"/> expects.</param>
/// <param name="Kind">What the text becomes.</param>
/// <param name="Element">For <see cref="SqlValueKind.List"/>, what its elements become.</param>
/// <param name="KeyPosition">Its place in the primary key, from 1; 0 when it does not belong to it.</param>
/// <param name="Collation">The collation of its texts as SQL, or <see langword="null"/>.</param>
internal sealed record SqlColumn(
    string Name,
    string Type,
    string Expression,
    SqlValueKind Kind,
    SqlValueKind Element = SqlValueKind.Text,
    int KeyPosition = 0,
    string? Collation = null
)
{
    /// <summary>Whether rows are ordered, and a key is compared, by its text, byte for byte: the server's own comparison takes some
    /// different texts for the same (<c>a</c> and <c>A</c>), which a primary key forbids and a query's columns don't.</summary>
    public bool IsComparedByText { get; init; }
}

/// <summary>A table with a primary key, or a query with columns that tell its rows apart, as it is read.</summary>
internal sealed class SqlTable
{
    /// <param name="name">Its name in the database.</param>
    /// <param name="columns">Its columns in order.</param>
    /// <param name="idPrefix">What stands before the key in a document's id.</param>
    /// <param name="constants">Fields that every document of the table has.</param>
    /// <param name="fieldPrefix">What stands before a column's name in a document.</param>
    /// <param name="lowerCase">Whether names of columns become lower case in documents.</param>
    /// <param name="idOrder">The order in which ids name the columns of the key.</param>
    /// <param name="rule">The rule whose query it is, with the columns of its ids; <see langword="null"/> for a table of the
    /// database.</param>
    public SqlTable(
        string name,
        IList<SqlColumn> columns,
        string idPrefix,
        IReadOnlyList<KeyValuePair<string, JsonNode>> constants,
        string fieldPrefix = "",
        bool lowerCase = false,
        SqlIdOrder idOrder = SqlIdOrder.Key,
        SqlRule? rule = null
    )
    {
        Name = name;
        Query = rule?.Query;
        Columns = [.. columns];
        IdPrefix = idPrefix;
        Constants = constants;
        Key = [.. columns.Where(column => column.KeyPosition > 0).OrderBy(column => column.KeyPosition)];
        IdColumns = idOrder switch
        {
            _ when rule is not null => [.. rule.IdColumns.Select(PlaceOf)],
            SqlIdOrder.Columns => [.. Key.Select(columns.IndexOf).Order()],
            SqlIdOrder.Names => [.. Key.OrderBy(column => column.Name, StringComparer.Ordinal).Select(columns.IndexOf)],
            _ => [.. Key.Select(columns.IndexOf)],
        };
        FieldNames = Abstractions.FieldNames.Unique(
            columns.Select(column => lowerCase ? (fieldPrefix + column.Name).ToLowerInvariant() : fieldPrefix + column.Name),
            isTop: true,
            constants.Select(field => field.Key)
        );

        int PlaceOf(string id) =>
            columns.Index().First(column => string.Equals(column.Item.Name, id, StringComparison.OrdinalIgnoreCase)).Index;
    }

    public string Name { get; }

    /// <summary>The query whose rows it has; <see langword="null"/> for a table of the database.</summary>
    public string? Query { get; }

    public IReadOnlyList<SqlColumn> Columns { get; }

    /// <summary>The columns of the primary key in its order; empty when the table has none.</summary>
    public IReadOnlyList<SqlColumn> Key { get; }

    /// <summary>Places of the key's columns among <see cref="Columns"/>, in the order in which an id names them: that of the Python
    /// service.</summary>
    public IReadOnlyList<int> IdColumns { get; }

    public string IdPrefix { get; }

    public IReadOnlyList<KeyValuePair<string, JsonNode>> Constants { get; }

    /// <summary>The field of each column.</summary>
    public IReadOnlyList<string> FieldNames { get; }

    /// <summary>Names and types of the key. A place in another key means nothing.</summary>
    public string KeyShape => string.Join(", ", Key.Select(column => $"{column.Name} {column.Type}"));
}

/// <summary>What is known of a table before it is read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="HasKey">Whether it has a primary key.</param>
/// <param name="IsReadable">Whether the user may read it.</param>
/// <param name="EstimatedRows">How many rows it may have; negative when nobody knows.</param>
internal sealed record SqlTableInfo(string Name, bool HasKey, bool IsReadable, long EstimatedRows);
