using Connectors.Functions.Activities;
using Connectors.Sync.Retries;
using Connectors.Sync.Service;
using Microsoft.DurableTask;

namespace Connectors.Functions.Orchestrations;

/// <summary>Calls activities and sub-orchestrators, always with retries. Deterministic.</summary>
internal static class StepCalls
{
    // About 35 minutes in all, on top of what a step itself does about a busy Elasticsearch.
    private static readonly TaskOptions Retries = TaskOptions.FromRetryPolicy(
        new RetryPolicy(
            maxNumberOfAttempts: 20,
            firstRetryInterval: TimeSpan.FromSeconds(5),
            backoffCoefficient: 2,
            maxRetryInterval: TimeSpan.FromMinutes(2)
        )
    );

    // A sub-orchestrator retries its own calls; it fails only when something is wrong with it.
    private static readonly TaskOptions FewRetries = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 3, firstRetryInterval: TimeSpan.FromSeconds(5), backoffCoefficient: 2)
    );

    // An hour of failures stays a short history.
    private static readonly TimeSpan FirstSourceRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSourceRetry = TimeSpan.FromMinutes(2);

    private static readonly string ErrorMark = nameof(Connectors.Abstractions.ConnectorException) + ": ";

    /// <summary>Calls an activity.</summary>
    public static async Task<StepResult<T>> StepAsync<T>(
        this TaskOrchestrationContext context,
        string name,
        object input,
        bool isUrgent = false
    )
    {
        try
        {
            return await context.CallActivityAsync<StepResult<T>>(name, input, isUrgent ? FewRetries : Retries);
        }
        catch (TaskFailedException failure)
        {
            return new StepResult<T>(default, StopReason.Failed, Explain(context, failure));
        }
    }

    /// <summary>Calls an activity that asks the source: what may pass there is waited for, for as long as the configuration says.</summary>
    public static async Task<StepResult<T>> SourceStepAsync<T>(
        this TaskOrchestrationContext context,
        string name,
        SyncJobInput target,
        object input
    )
    {
        DateTime? firstFailure = null;
        for (var retry = 0; ; retry++)
        {
            var result = await context.StepAsync<T>(name, input);
            if (result is not { Stop: StopReason.Waits, Retry: { } wait })
            {
                return result;
            }

            firstFailure ??= context.CurrentUtcDateTime;
            var policy = new BackoffPolicy(FirstSourceRetry, LongestSourceRetry, wait.TimeLimit);
            if (policy.DelayBefore(retry, context.CurrentUtcDateTime - firstFailure.Value, wait.After, Jitter(context)) is not { } delay)
            {
                return new StepResult<T>(default, StopReason.Failed, result.Message);
            }

            var again = context.CurrentUtcDateTime + delay;
            if (!target.DryRun)
            {
                // Whether it can be told changes nothing: the next sign of life finds out what became of the job.
                var told = new SourceWaitInput(again, SourceWait.ReasonOf(result.Message ?? string.Empty), firstFailure + wait.TimeLimit);
                await context.StepAsync<bool>(
                    nameof(JobActivities.ReportWait),
                    new StepInput<SourceWaitInput>(target, told),
                    isUrgent: true
                );
            }

            if (again > context.CurrentUtcDateTime)
            {
                await context.CreateTimer(again, CancellationToken.None);
            }
        }
    }

    /// <summary>Calls a sub-orchestrator.</summary>
    public static async Task<StepResult<T>> PartAsync<T>(this TaskOrchestrationContext context, string name, object input)
    {
        try
        {
            return await context.CallSubOrchestratorAsync<StepResult<T>>(name, input, FewRetries);
        }
        catch (TaskFailedException failure)
        {
            return new StepResult<T>(default, StopReason.Failed, Explain(context, failure));
        }
    }

    /// <summary>The same in each replay.</summary>
    private static double Jitter(TaskOrchestrationContext context) =>
        BitConverter.ToUInt16(context.NewGuid().ToByteArray()) / (double)ushort.MaxValue;

    /// <summary>Our own sentence, when it was one of ours. Others may hold anything, so they are left to the log, and the sentence names
    /// the entry.</summary>
    private static string Explain(TaskOrchestrationContext context, TaskFailedException failure)
    {
        for (var details = failure.FailureDetails; details is not null; details = details.InnerFailure)
        {
            if (details.ErrorType.EndsWith(nameof(Connectors.Abstractions.ConnectorException), StringComparison.Ordinal))
            {
                return details.ErrorMessage;
            }

            // Some hosts put the exception of a worker into the text of their own.
            var mark = details.ErrorMessage.IndexOf(ErrorMark, StringComparison.Ordinal);
            if (mark >= 0)
            {
                return details.ErrorMessage[(mark + ErrorMark.Length)..].Split('\n', '\r')[0];
            }
        }

        // The same in each replay.
        var text = $"{failure.FailureDetails}";
        var errorId = UnexpectedError.IdOf(text);
        OrchestrationLog.StepBroke(context.CreateReplaySafeLogger(nameof(StepCalls)), failure.TaskName, context.InstanceId, errorId, text);
        return $"The step '{failure.TaskName}' failed repeatedly: its host ended, or an unexpected error occurred. See the log of the "
            + $"app under error id {errorId}.";
    }
}
