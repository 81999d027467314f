namespace Connectors.Sync.Bulk;

/// <summary>Elasticsearch's answer to one bulk request.</summary>
/// <param name="Status">HTTP status of the call; 0 without a response (time-out, reset, refused connection).</param>
/// <param name="Items">One item per operation, in order, for status 200; otherwise empty.</param>
/// <param name="Error">Why the whole call failed, for the operator; without secrets.</param>
/// <param name="RetryAfter">How long the server asked to wait.</param>
internal sealed record BulkResponse(int Status, IReadOnlyList<BulkItem> Items, BulkError? Error = null, TimeSpan? RetryAfter = null);

/// <summary>Outcome of one operation of a bulk request.</summary>
/// <param name="Status">The item's status, as of HTTP.</param>
/// <param name="Result">What it did.</param>
/// <param name="Error">Why it was refused, or <see langword="null"/>.</param>
internal readonly record struct BulkItem(int Status, BulkItemResult Result, BulkError? Error = null);

/// <summary>An Elasticsearch error.</summary>
/// <param name="Type">Its type: <c>document_parsing_exception</c>.</param>
/// <param name="Reason">Its reason, cut to a readable length.</param>
internal sealed record BulkError(string Type, string Reason)
{
    /// <summary>The type of a call that was not answered in time.</summary>
    public const string Timeout = "timeout";

    /// <summary>The type of a call that was not answered at all: the reason says it in a sentence.</summary>
    public const string NoAnswer = "no_answer";
}

/// <summary>What an operation did (the item's <c>result</c>).</summary>
internal enum BulkItemResult
{
    /// <summary>Nothing: it was refused.</summary>
    None,

    /// <summary><c>created</c></summary>
    Created,

    /// <summary><c>updated</c></summary>
    Updated,

    /// <summary><c>deleted</c></summary>
    Deleted,

    /// <summary><c>not_found</c>: a delete of what is not there</summary>
    NotFound,

    /// <summary><c>noop</c></summary>
    NoOp,
}
