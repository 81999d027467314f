using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine;
using Connectors.Sync.Retries;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Bulk;

/// <summary>
/// Writes batches and reports the final outcome of every operation. Only rejected operations are sent again; a request that is too large or
/// unreadable is split down to a single operation, which is then reported. Safe for concurrent use.
/// </summary>
internal sealed class BulkWriter(
    IContentIndex index,
    BulkWriterOptions options,
    RejectionMonitor monitor,
    TimeProvider time,
    Random random,
    ILogger logger
)
{
    private readonly AdaptiveConcurrency _concurrency = new(options.MaxConcurrency);
    private readonly RepeatedNotice _notice = new(time);

    /// <summary>Writes <paramref name="batch"/>; the caller disposes it.</summary>
    /// <param name="indexName">The index.</param>
    /// <param name="pipeline">The ingest pipeline, or <see langword="null"/>.</param>
    /// <param name="batch">What to write.</param>
    /// <param name="mayHaveBeenSent">
    /// Whether an earlier run may have sent it: documents that are already gone then count as deleted.
    /// </param>
    /// <exception cref="ConnectorException">Elasticsearch refused permanently or for too long, or rejected too many documents.</exception>
    public async Task<BulkReport> WriteAsync(
        string indexName,
        string? pipeline,
        BulkBatch batch,
        bool mayHaveBeenSent,
        CancellationToken cancellationToken
    )
    {
        var outcome = new Outcome();
        await WriteAsync(indexName, pipeline, batch, mayHaveBeenSent, outcome, cancellationToken);
        return new BulkReport(outcome.Counts, outcome.Rejections);
    }

    private async Task WriteAsync(
        string indexName,
        string? pipeline,
        BulkBatch batch,
        bool mayHaveBeenSent,
        Outcome outcome,
        CancellationToken cancellationToken
    )
    {
        var backoff = NewBackoff();
        var current = batch;
        try
        {
            while (true)
            {
                var response = await SendAsync(indexName, pipeline, current, cancellationToken);
                var action = BulkStatus.ClassifyCall(response.Status);
                if (action is BulkAction.Fatal)
                {
                    throw BulkFailures.Refused(indexName, response.Status, response.Error);
                }

                // What takes longer than a request may, takes that long again; it may have been carried out all the same.
                var isTooSlow = options.RequestTimeout is not null && current.Count > 1 && response.Error?.Type == BulkError.Timeout;
                mayHaveBeenSent |= isTooSlow;
                if (action is BulkAction.Split || isTooSlow)
                {
                    await SplitAsync(indexName, pipeline, current, response, mayHaveBeenSent, outcome, cancellationToken);
                    return;
                }

                var status = response.Status;
                BulkError? lastError = response.Error;
                if (action is BulkAction.Done)
                {
                    var refused = Settle(indexName, current, response, mayHaveBeenSent, outcome, ref lastError);
                    if (refused.Count == 0)
                    {
                        return;
                    }

                    // The call was taken; what matters is what it says of its operations. As long as some are taken it goes on.
                    status = response.Items[refused[0]].Status;
                    backoff = refused.Count < current.Count ? NewBackoff() : backoff;
                    var rest = current.Select(refused);
                    DisposeUnless(batch, current);
                    current = rest;
                }
                else
                {
                    // Without a response the operations may still have been carried out.
                    mayHaveBeenSent |= response.Status is 0 or >= 500;
                }

                var delay = backoff.Next(response.RetryAfter)
                    ?? throw BulkFailures.GivenUp(indexName, current.Count, options.RetryTimeLimit, status, lastError);
                Tell(indexName, current.Count, status, lastError, delay);
                await Task.Delay(delay, time, cancellationToken);
            }
        }
        finally
        {
            DisposeUnless(batch, current);
        }
    }

    private async Task<BulkResponse> SendAsync(string indexName, string? pipeline, BulkBatch batch, CancellationToken cancellationToken)
    {
        using var place = await _concurrency.EnterAsync(cancellationToken);
        batch.Sent();
        var response = await index.BulkAsync(indexName, pipeline, batch.Body, batch.Count, options.RequestTimeout, cancellationToken);
        if (response.Status is >= 200 and < 300)
        {
            batch.Arrived();
        }

        if (response.Status == 429 || response.Items.Any(item => item.Status == 429))
        {
            _concurrency.Overloaded();
        }
        else if (response.Status is >= 200 and < 300)
        {
            _concurrency.Accepted();
        }

        return response;
    }

    /// <summary>Records the final outcomes and returns the operations to send again.</summary>
    private List<int> Settle(
        string indexName,
        BulkBatch batch,
        BulkResponse response,
        bool mayHaveBeenSent,
        Outcome outcome,
        ref BulkError? lastError
    )
    {
        if (response.Items.Count != batch.Count)
        {
            throw new ConnectorException(
                FailureKind.Fatal,
                $"Elasticsearch answered {Quantity.Of(response.Items.Count, "item")} to a bulk request of "
                    + $"{Quantity.Of(batch.Count, "operation")} for '{indexName}'. A proxy in between may change answers."
            );
        }

        List<int> refused = [];
        for (var position = 0; position < batch.Count; position++)
        {
            var operation = batch.Operations[position];
            var item = response.Items[position];
            switch (BulkStatus.ClassifyItem(item.Status, operation.IsDelete, item.Error?.Type))
            {
                case BulkAction.Done:
                    outcome.Done(operation, item.Result, mayHaveBeenSent);
                    monitor.Written();
                    break;
                case BulkAction.Retry:
                    refused.Add(position);
                    lastError = item.Error ?? lastError;
                    break;
                case BulkAction.Skip:
                    Reject(batch.IdOf(position), item.Error ?? new BulkError("status_" + item.Status, "no reason given"), outcome);
                    break;
                default:
                    throw BulkFailures.Refused(indexName, item.Status, item.Error);
            }
        }

        return refused;
    }

    private async Task SplitAsync(
        string indexName,
        string? pipeline,
        BulkBatch batch,
        BulkResponse response,
        bool mayHaveBeenSent,
        Outcome outcome,
        CancellationToken cancellationToken
    )
    {
        if (batch.Count == 1)
        {
            var fallback =
                response.Status == 413
                    ? new BulkError(
                        "content_too_large",
                        $"The document ({batch.SizeInBytes:N0} bytes) is larger than Elasticsearch, or a proxy before it, takes "
                            + "(http.max_content_length)."
                    )
                    : new BulkError("bad_request", "no reason given");
            Reject(batch.IdOf(0), response.Status == 413 ? fallback : response.Error ?? fallback, outcome);
            return;
        }

        var half = batch.Count / 2;
        using var left = batch.Select(Enumerable.Range(0, half));
        using var right = batch.Select(Enumerable.Range(half, batch.Count - half));
        await WriteAsync(indexName, pipeline, left, mayHaveBeenSent, outcome, cancellationToken);
        await WriteAsync(indexName, pipeline, right, mayHaveBeenSent, outcome, cancellationToken);
    }

    private void Tell(string indexName, int operations, int status, BulkError? error, TimeSpan delay)
    {
        var answer = BulkFailures.Reason(status, error);
        BulkLog.SentAgain(logger, indexName, operations, LogSeconds.Of(delay), answer);
        if (_notice.IsDue($"{status} {error?.Type}"))
        {
            BulkLog.Retrying(logger, indexName, answer);
        }
    }

    private void Reject(string id, BulkError error, Outcome outcome)
    {
        var rejection = new Rejection(id, error.Type, error.Reason);
        outcome.Rejected(rejection);

        // One that is too many is told by the failure, and not by the log before it.
        monitor.Rejected(rejection);
        BulkLog.Rejected(logger, id, error.Type, error.Reason);
    }

    private static void DisposeUnless(BulkBatch owned, BulkBatch current)
    {
        if (!ReferenceEquals(owned, current))
        {
            current.Dispose();
        }
    }

    private BackoffClock NewBackoff() =>
        new(new BackoffPolicy(options.FirstRetryDelay, options.MaxRetryDelay, options.RetryTimeLimit), time, random);

    private sealed class Outcome
    {
        public SyncCounts Counts { get; private set; }

        public RejectionReport Rejections { get; } = new();

        public void Done(BulkOperation operation, BulkItemResult result, bool mayHaveBeenSent)
        {
            // "created" and "updated" in a response depend on lost responses and earlier runs; the diff does not.
            Counts += operation.Kind switch
            {
                BulkOperationKind.Add => new SyncCounts(Created: 1, Bytes: operation.Length),
                BulkOperationKind.Change => new SyncCounts(Updated: 1, Bytes: operation.Length),
                BulkOperationKind.Repeat => new SyncCounts(Duplicates: 1, Bytes: operation.Length),
                BulkOperationKind.DeleteAbsent when result is BulkItemResult.NotFound => new SyncCounts(AlreadyGone: 1),
                _ when result is BulkItemResult.NotFound && !mayHaveBeenSent => new SyncCounts(AlreadyGone: 1),
                _ => new SyncCounts(Deleted: 1),
            };
        }

        public void Rejected(Rejection rejection)
        {
            Counts += new SyncCounts(Rejected: 1);
            Rejections.Add(rejection);
        }
    }
}
