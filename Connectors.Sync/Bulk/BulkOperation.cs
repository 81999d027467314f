namespace Connectors.Sync.Bulk;

/// <summary>Why an operation is in a batch; decides what it is counted as.</summary>
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

    /// <summary>Writes a document of which nobody knows whether the index holds it: Elasticsearch's answer tells.</summary>
    Upsert,
}

/// <summary>An operation and its place in a batch's body.</summary>
internal readonly record struct BulkOperation(BulkOperationKind Kind, int Start, int Length);
