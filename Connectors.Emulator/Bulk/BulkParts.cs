namespace Connectors.Emulator.Bulk;

/// <summary>The parts of a bulk answer, for a <c>filter_path</c> that names only whole parts.</summary>
[Flags]
internal enum BulkParts
{
    None = 0,
    Errors = 1,
    Took = 2,
    Items = 4,
    Index = 8,
    Id = 16,
    Version = 32,
    Result = 64,
    Shards = 128,
    SeqNo = 256,
    PrimaryTerm = 512,
    Status = 1024,
    Error = 2048,
    AllOfItem = Items | Index | Id | Version | Result | Shards | SeqNo | PrimaryTerm | Status | Error,
    All = Errors | Took | AllOfItem,
}

internal static class BulkFilter
{
    private static readonly Dictionary<string, BulkParts> Known = new(StringComparer.Ordinal)
    {
        ["errors"] = BulkParts.Errors,
        ["took"] = BulkParts.Took,
        ["error"] = BulkParts.None,
        ["items"] = BulkParts.AllOfItem,
        ["items.*"] = BulkParts.AllOfItem,
        ["items.*._index"] = BulkParts.Items | BulkParts.Index,
        ["items.*._id"] = BulkParts.Items | BulkParts.Id,
        ["items.*._version"] = BulkParts.Items | BulkParts.Version,
        ["items.*.result"] = BulkParts.Items | BulkParts.Result,
        ["items.*._seq_no"] = BulkParts.Items | BulkParts.SeqNo,
        ["items.*.status"] = BulkParts.Items | BulkParts.Status,
        ["items.*.error"] = BulkParts.Items | BulkParts.Error,
    };

    /// <summary>The parts to write. False: the patterns need the general filter.</summary>
    /// <param name="patterns">The parameter as given.</param>
    /// <param name="parts">What to write.</param>
    /// <param name="isExactWithoutErrors">Patterns look into the errors of items: where there are any, the general filter has to
    /// follow.</param>
    public static bool TryParse(string? patterns, out BulkParts parts, out bool isExactWithoutErrors)
    {
        isExactWithoutErrors = false;
        parts = BulkParts.All;
        if (string.IsNullOrEmpty(patterns))
        {
            return true;
        }

        parts = BulkParts.None;
        foreach (var pattern in patterns.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Known.TryGetValue(pattern, out var part))
            {
                parts |= part;
            }
            else if (pattern.StartsWith("items.*.error.", StringComparison.Ordinal))
            {
                parts |= BulkParts.Items | BulkParts.Error;
                isExactWithoutErrors = true;
            }
            else
            {
                return false;
            }
        }

        // With the error alone the items that went well would vanish: rare, so the general filter does it.
        return (parts & BulkParts.Items) == BulkParts.None || (parts & BulkParts.Status) != BulkParts.None;
    }
}
