using Connectors.Sources.Databases.Sql.MsSql;

namespace Connectors.Tests.Support.TSql;

/// <summary>A column of a table, or of a result.</summary>
internal sealed record TSqlColumn(string Name, MsSqlType Type, string? Collation = null, bool IsRequired = false, object? Default = null);

/// <summary>Rows in memory, in the order of the primary key.</summary>
internal sealed class TSqlTable(string name)
{
    public string Name => name;

    public List<TSqlColumn> Columns { get; } = [];

    /// <summary>The columns of the primary key in its order; empty when there is none.</summary>
    public IReadOnlyList<string> Key { get; private set; } = [];

    /// <summary>What the key is called.</summary>
    public string KeyName { get; private set; } = string.Empty;

    public IReadOnlyList<object?[]> Rows { get; private set; } = [];

    /// <summary>Until then somebody has locked the table.</summary>
    public Task Free { get; private set; } = Task.CompletedTask;

    /// <exception cref="TSqlException">There is no such column.</exception>
    public int Place(string column)
    {
        var place = Columns.FindIndex(each => each.Name == column);
        return place >= 0 ? place : throw new TSqlException(207, $"Invalid column name '{column}'.");
    }

    /// <exception cref="TSqlException">Rows share the key, or have none.</exception>
    public void SetKey(string keyName, IReadOnlyList<string> columns)
    {
        (KeyName, Key) = (keyName, columns);
        foreach (var place in Key.Select(Place))
        {
            Columns[place] = Columns[place] with { IsRequired = true };
        }

        Replace(Rows);
    }

    public void DropKey() => (KeyName, Key) = (string.Empty, []);

    public void Lock(CancellationToken until)
    {
        var free = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        until.Register(free.SetResult);
        Free = free.Task;
    }

    /// <summary>Takes other rows, all or none.</summary>
    /// <exception cref="TSqlException">They are against the table's rules.</exception>
    public void Replace(IReadOnlyList<object?[]> rows)
    {
        foreach (var (column, place) in Columns.Select((column, place) => (column, place)).Where(each => each.column.IsRequired))
        {
            if (rows.Any(row => row[place] is null))
            {
                throw new TSqlException(515, $"Cannot insert the value NULL into column '{column.Name}', table '{name}'.");
            }
        }

        var places = Key.Select(Place).ToArray();
        List<object?[]> sorted = places.Length == 0 ? [.. rows] : [.. rows.Order(Comparer<object?[]>.Create(Compare))];
        if (places.Length > 0 && sorted.Zip(sorted.Skip(1)).Any(pair => Compare(pair.First, pair.Second) == 0))
        {
            throw new TSqlException(2627, $"Violation of PRIMARY KEY constraint '{KeyName}'. Cannot insert duplicate key in '{name}'.");
        }

        Rows = sorted;

        int Compare(object?[]? one, object?[]? other) =>
            places
                .Select(place => TSqlValues.Compare(one![place]!, other![place]!, Columns[place].Collation))
                .FirstOrDefault(order => order != 0);
    }
}
