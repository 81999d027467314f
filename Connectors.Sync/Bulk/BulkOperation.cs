namespace Connectors.Sync.Bulk;

/// <summary>The reason for an operation; determines how it is counted.</summary>
internal enum BulkOperationKind : byte
{
    /// <summary>Writes a document that the index does not hold.</summary>
    Add,

    /// <summary>Writes a document that the index holds in another version.</summary>
    Change,

    /// <summary>Writes a document that was written before in the same sync.</summary>
    Repeat,

    /// <summary>Deletes a document.</summary>
    Delete,

    /// <summary>Deletes a document that the index did not hold when the sync came to it: it counts as already gone unless it is there
    /// after all.</summary>
    DeleteAbsent,
}

/// <summary>An operation and its position in a batch's body.</summary>
internal readonly record struct BulkOperation(BulkOperationKind Kind, int Start, int Length)
{
    /// <summary>Whether it deletes a document.</summary>
    public bool IsDelete => Kind is BulkOperationKind.Delete or BulkOperationKind.DeleteAbsent;
}
