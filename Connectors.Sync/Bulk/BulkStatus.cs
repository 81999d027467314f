namespace Connectors.Sync.Bulk;

/// <summary>What to do about an answer.</summary>
internal enum BulkAction
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>Send it again after a pause.</summary>
    Retry,

    /// <summary>Report the document and go on without it.</summary>
    Skip,

    /// <summary>Divide the request; a single operation is skipped.</summary>
    Split,

    /// <summary>End the job.</summary>
    Fatal,
}

/// <summary>The table that maps a status to an action, for whole calls and for single items.</summary>
internal static class BulkStatus
{
    /// <summary>The action for a whole call. 0 stands for no response.</summary>
    /// <remarks>
    /// 400 splits the batch like 413, because Elasticsearch rejects a whole call for one operation that it can't parse; with one operation
    /// left, that operation is rejected.
    /// </remarks>
    public static BulkAction ClassifyCall(int status) =>
        status switch
        {
            >= 200 and < 300 => BulkAction.Done,
            400 or 413 => BulkAction.Split,
            0 or 408 or 429 or 500 or 502 or 503 or 504 => BulkAction.Retry,
            _ => BulkAction.Fatal,
        };

    /// <summary>The action for one item of a response.</summary>
    /// <param name="status">The item's status.</param>
    /// <param name="isDelete">Whether it is a delete, for which 404 means done.</param>
    /// <param name="errorType">The item's error type, or <see langword="null"/>.</param>
    public static BulkAction ClassifyItem(int status, bool isDelete, string? errorType) =>
        status switch
        {
            >= 200 and < 300 => BulkAction.Done,
            404 when isDelete && errorType is null => BulkAction.Done,
            429 or 500 or 502 or 503 or 504 => BulkAction.Retry,
            401 or 403 or 404 => BulkAction.Fatal,
            _ => BulkAction.Skip,
        };
}
