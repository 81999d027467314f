using Microsoft.DurableTask;

namespace Connectors.LocalHost.Durable.Replay;

/// <summary>Retry policies and handlers of <see cref="TaskOptions"/>, in the orchestrator's own time: a pause is a durable timer.</summary>
internal static class Retries
{
    /// <summary>Calls until a call succeeds or the options give up.</summary>
    /// <exception cref="TaskFailedException">The last failure.</exception>
    public static async Task<T> RunAsync<T>(TaskOrchestrationContext context, Func<Task<T>> call, TaskRetryOptions? options)
    {
        var start = context.CurrentUtcDateTime;
        for (var attempt = 1; ; attempt++)
        {
            CallFailedException failed;
            try
            {
                return await call();
            }
            catch (CallFailedException e)
            {
                failed = e;
            }

            if (failed.Failure.IsFinal || options is null)
            {
                throw failed.ToTaskFailed();
            }

            if (options.Handler is { } handler)
            {
                var retry = new RetryContext(
                    context,
                    attempt,
                    failed.Failure.ToDetails(),
                    context.CurrentUtcDateTime - start,
                    CancellationToken.None
                );
                if (!await handler(retry))
                {
                    throw failed.ToTaskFailed();
                }
            }
            else
            {
                await context.CreateTimer(
                    NextAttempt(options.Policy!, attempt, start, context.CurrentUtcDateTime) ?? throw failed.ToTaskFailed(),
                    CancellationToken.None
                );
            }
        }
    }

    /// <summary>When the attempt after number <paramref name="attempt"/> is due; null when there is none.</summary>
    public static DateTime? NextAttempt(RetryPolicy policy, int attempt, DateTime start, DateTime now)
    {
        if (
            attempt >= policy.MaxNumberOfAttempts
            || (policy.RetryTimeout != Timeout.InfiniteTimeSpan && now - start >= policy.RetryTimeout)
        )
        {
            return null;
        }

        var longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : policy.MaxRetryInterval;
        var milliseconds = Math.Min(
            policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt - 1),
            longest.TotalMilliseconds
        );
        return now + TimeSpan.FromMilliseconds(Math.Min(milliseconds, TimeSpan.FromDays(365).TotalMilliseconds));
    }
}
