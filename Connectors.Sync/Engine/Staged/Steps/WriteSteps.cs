using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Engine.Staged.Steps;

/// <summary>Makes the steps that write, and ends each of them in time. Safe for concurrent use.</summary>
internal sealed class WriteSteps(
    IStagingStore store,
    Func<string, IContentIndex> indexOf,
    SyncEngineOptions options,
    StagedSyncOptions limits,
    TimeProvider time,
    Random random,
    ILogger logger
)
{
    /// <summary>Runs one step.</summary>
    /// <param name="request">The sync.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="writers">The number of steps that may write at the same time: together they send no more requests than one process
    /// would.</param>
    /// <param name="write">What the step does.</param>
    /// <param name="cancellationToken">Stops the step.</param>
    /// <exception cref="ConnectorException">It could not be written, or not in time.</exception>
    public async Task<WriteResult> RunAsync(
        SyncRequest request,
        StoredPlan plan,
        int writers,
        Func<WriteStep, CancellationToken, Task<WriteResult>> write,
        CancellationToken cancellationToken
    )
    {
        var maxTime = limits.For(plan.PassesInference).MaxWriteTime;
        using var limit = new CancellationTokenSource(maxTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var result = await write(Make(request, plan, writers, maxTime / 2), either.Token);
            SyncTelemetry.Count(result.Counts);
            return result;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ConnectorException(
                FailureKind.Retry,
                $"Elasticsearch did not take what was to be written within {Quantity.Of(maxTime.TotalMinutes, "minute")}."
            );
        }
    }

    /// <param name="request">The sync.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="writers">How many steps write at the same time.</param>
    /// <param name="maxRetryTime">How long a request may be repeated: the step ends before its time limit, and is done again.</param>
    private WriteStep Make(SyncRequest request, StoredPlan plan, int writers, TimeSpan maxRetryTime)
    {
        var bulk = options.Bulk with
        {
            MaxConcurrency = Math.Max(1, options.Bulk.MaxConcurrency / Math.Clamp(writers, 1, options.Partitions)),
            RetryTimeLimit = Min(options.Bulk.RetryTimeLimit, maxRetryTime),
            InferenceTimeout = Min(options.Bulk.InferenceTimeout, maxRetryTime),
        };
        var index = indexOf(request.ConnectorId);
        return new WriteStep(
            store,
            new BatchWriters(index, bulk, time, random, logger),
            new ChangeDecisions(store, index, options.SkipUnchanged),
            options.Rejections,
            plan.PassesInference
        );
    }

    private static TimeSpan Min(TimeSpan item, TimeSpan other) => item < other ? item : other;
}
