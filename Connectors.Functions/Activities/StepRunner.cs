using System.Runtime.CompilerServices;
using Connectors.Abstractions;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Service;
using Microsoft.Extensions.Logging;

namespace Connectors.Functions.Activities;

/// <summary>
/// Runs activities: reads the job, checks that it continues, makes one call, and classifies failures. Transient failures are thrown, for
/// the retry policy of the call; all others become a result that stops the sync.
/// </summary>
public sealed class StepRunner(ConnectorApp app, ILogger<StepRunner> logger)
{
    // Retries add to the history of an orchestration that can't continue as new meanwhile.
    private static readonly TimeSpan MaxRetryTime = TimeSpan.FromHours(1);

    /// <summary>Runs a step of a sync that goes on.</summary>
    /// <exception cref="ConnectorException">It failed in a way that may pass.</exception>
    internal Task<StepResult<T>> RunAsync<T>(
        SyncJobInput target,
        Func<StepContext, CancellationToken, Task<T>> step,
        CancellationToken cancellationToken,
        [CallerMemberName] string name = ""
    ) => OpenAndRunAsync(target, step, name, mayBeOver: false, cancellationToken);

    /// <summary>Runs a step that asks the source. What may pass there is an answer too: the orchestrator waits, and not an
    /// activity.</summary>
    /// <exception cref="ConnectorException">Elasticsearch or staging failed in a way that may pass.</exception>
    internal Task<StepResult<T>> AskAsync<T>(
        SyncJobInput target,
        Func<StepContext, SourceReader, CancellationToken, Task<T>> step,
        CancellationToken cancellationToken,
        [CallerMemberName] string name = ""
    ) => AskAsync(target, name, keeps: _ => false, step, cancellationToken, name);

    /// <summary>The same with a source that stays open for the next step of the same work.</summary>
    /// <param name="target">What is synced.</param>
    /// <param name="work">What the steps share: a partition of a plan.</param>
    /// <param name="keeps">Whether another step follows.</param>
    /// <param name="step">The step.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="name">The activity.</param>
    internal Task<StepResult<T>> AskAsync<T>(
        SyncJobInput target,
        string work,
        Func<T, bool> keeps,
        Func<StepContext, SourceReader, CancellationToken, Task<T>> step,
        CancellationToken cancellationToken,
        [CallerMemberName] string name = ""
    ) =>
        GuardAsync(
            target,
            name,
            async services =>
            {
                var (context, stop) = await StepContext.OpenAsync(services, target, mayBeOver: false, cancellationToken);
                if (context is null)
                {
                    return new StepResult<T>(default, stop);
                }

                await using var lease = services.Leases.Take($"{target.JobId}/{work}", context.OpenSource);
                var reader = services.Staged.ReaderOf(lease.Source);
                try
                {
                    var result = await RunAsync(context, (opened, token) => step(opened, reader, token), cancellationToken);
                    if (keeps(result.Value!))
                    {
                        lease.Keep();
                    }

                    return result;
                }
                catch (ConnectorException failure) when (reader.Calls.GaveUp(failure))
                {
                    OrchestrationLog.TriedAgain(logger, name, failure.Message);
                    var configured = services.Configuration.Engine.SourceRetryTimeLimit;
                    return new StepResult<T>(
                        default,
                        StopReason.Waits,
                        failure.Message,
                        new StepRetry(configured < MaxRetryTime ? configured : MaxRetryTime, failure.RetryAfter)
                    );
                }
            },
            cancellationToken
        );

    /// <summary>Runs the last step of a sync, which may have been done before.</summary>
    /// <exception cref="ConnectorException">It failed in a way that may pass.</exception>
    internal Task<StepResult<T>> FinishAsync<T>(
        SyncJobInput target,
        Func<StepContext, CancellationToken, Task<T>> step,
        CancellationToken cancellationToken,
        [CallerMemberName] string name = ""
    ) => OpenAndRunAsync(target, step, name, mayBeOver: true, cancellationToken);

    /// <summary>Runs a step that looks for the job itself.</summary>
    /// <exception cref="ConnectorException">It failed in a way that may pass.</exception>
    internal async Task<StepResult<T>> GuardAsync<T>(
        SyncJobInput target,
        string name,
        Func<AppServices, Task<StepResult<T>>> step,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(target);
        using var scope = logger.BeginScope(
            new Dictionary<string, object> { ["SyncJobId"] = target.JobId, ["ConnectorId"] = target.ConnectorId }
        );
        try
        {
            return await step(await app.ReadyAsync(cancellationToken));
        }
        catch (ConnectorException failure) when (failure.Kind is not FailureKind.Retry)
        {
            OrchestrationLog.Failed(logger, name, failure.Message);
            return new StepResult<T>(default, StopReason.Failed, failure.Message);
        }
        catch (ConnectorException failure)
        {
            OrchestrationLog.TriedAgain(logger, name, failure.Message);

            // Thrown anew without its cause, because all of it would be stored in the orchestration's history.
            throw new ConnectorException(FailureKind.Retry, failure.Message);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            OrchestrationLog.Broke(logger, Redactor.Redact(failure), name, UnexpectedError.IdOf(failure));
            return new StepResult<T>(default, StopReason.Failed, UnexpectedError.Message(failure));
        }
    }

    private Task<StepResult<T>> OpenAndRunAsync<T>(
        SyncJobInput target,
        Func<StepContext, CancellationToken, Task<T>> step,
        string name,
        bool mayBeOver,
        CancellationToken cancellationToken
    ) =>
        GuardAsync(
            target,
            name,
            async services =>
            {
                var (context, stop) = await StepContext.OpenAsync(services, target, mayBeOver, cancellationToken);
                return context is null ? new StepResult<T>(default, stop) : await RunAsync(context, step, cancellationToken);
            },
            cancellationToken
        );

    private async Task<StepResult<T>> RunAsync<T>(
        StepContext context,
        Func<StepContext, CancellationToken, Task<T>> step,
        CancellationToken cancellationToken
    )
    {
        using var scope = logger.BeginScope(new Dictionary<string, object> { ["IndexName"] = context.Request.IndexName });
        return new StepResult<T>(await step(context, cancellationToken));
    }
}
