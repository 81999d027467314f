using Connectors.LocalHost.Durable.Activities;
using Connectors.LocalHost.Durable.History;
using Microsoft.Extensions.Logging;

namespace Connectors.LocalHost.Durable;

/// <summary>
/// Carries out the decisions of orchestrators. All of it is idempotent: an activity may run twice, an existing child is not started again,
/// an event is identified by its sender, and a result counts once.
/// </summary>
internal sealed class DecisionExecutor(
    DurableRunner runner,
    ActivityRunner activities,
    DurableTimers timers,
    TimeProvider time,
    ILogger logger
) : IDisposable
{
    // Task ids begin at 0.
    private const int StartOfInstance = -1;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>After a turn.</summary>
    public async Task CarryOutAsync(OrchestrationState state, Turn turn)
    {
        foreach (var decision in turn.Decisions)
        {
            await CarryOutAsync(state.Start, decision);
        }

        await AnswerAsync(state);
    }

    /// <summary>After a start of the host: whatever the process before may not have done.</summary>
    /// <param name="unfinished">The state's own, taken before anything goes on.</param>
    public async Task CarryOutAgainAsync(OrchestrationState state, IReadOnlyList<Decision> unfinished)
    {
        foreach (var decision in unfinished)
        {
            await CarryOutAsync(state.Start, decision);
        }

        if (state is { IsFinished: false, Start.NotBefore: { } at })
        {
            WakeAt(state.Start.InstanceId, at);
        }

        await AnswerAsync(state);
    }

    /// <summary>A generation is over: its timers tell nobody anything.</summary>
    public void Forget(OrchestrationState state)
    {
        foreach (var open in state.Open.OfType<TimerCreated>())
        {
            timers.Remove(state.Start.InstanceId, open.TaskId);
        }
    }

    /// <summary>Lets an instance take its first turn at <paramref name="at"/>.</summary>
    public void WakeAt(string instanceId, DateTime at) =>
        timers.Set(instanceId, StartOfInstance, at, () => runner.WakeAsync(runner.Find(instanceId), CancellationToken.None));

    public void Dispose() => timers.Dispose();

    private async Task CarryOutAsync(ExecutionStarted from, Decision decision)
    {
        switch (decision)
        {
            case ActivityCalled call:
                activities.Post(call, arrival => runner.DeliverAsync(from.InstanceId, from.ExecutionId, arrival));
                break;
            case TimerCreated timer:
                timers.Set(from.InstanceId, timer.TaskId, timer.FireAt, () =>
                    runner.DeliverAsync(from.InstanceId, from.ExecutionId, new TimerFired(Now, timer.TaskId))
                );
                break;
            case EventSent sent:
                if (
                    !await runner.DeliverAsync(
                        sent.InstanceId,
                        null,
                        new EventRaised(Now, sent.Name, sent.Payload, new EventSender(from.ExecutionId, sent.TaskId))
                    )
                )
                {
                    logger.LogInformation(
                        "Event {Event} from instance {Sender} reached nobody: instance {InstanceId} is unknown, has ended or has it.",
                        sent.Name,
                        from.InstanceId,
                        sent.InstanceId
                    );
                }

                break;
            case SubOrchestrationCalled call:
                await StartChildAsync(from, call);
                break;
        }
    }

    private async Task StartChildAsync(ExecutionStarted from, SubOrchestrationCalled call)
    {
        var parent = new Parent(from.Name, from.InstanceId, from.ExecutionId, call.TaskId);
        OrchestrationState? other = null;
        var start = new ExecutionStarted(
            Now,
            call.InstanceId,
            Guid.CreateVersion7(time.GetUtcNow()).ToString("N"),
            call.Name,
            call.Input,
            Now,
            parent
        );
        var isStarted = await runner.TryStartAsync(
            start,
            now =>
            {
                other = now;
                return now is null || (now.IsFinished && now.Start.Parent != parent);
            },
            CancellationToken.None
        );
        if (isStarted)
        {
            return;
        }

        if (other!.Start.Parent == parent)
        {
            // Started before a crash; its answer may have been lost.
            await AnswerAsync(other);
        }
        else
        {
            var failure = new Failure(
                typeof(InvalidOperationException).FullName!,
                $"Instance '{call.InstanceId}' is running already: a sub-orchestration needs an id of its own."
            );
            await runner.DeliverAsync(from.InstanceId, from.ExecutionId, new TaskFailed(Now, call.TaskId, failure));
        }
    }

    private async Task AnswerAsync(OrchestrationState state)
    {
        if (state.Outcome is not { } outcome)
        {
            return;
        }

        timers.Remove(state.Start.InstanceId, StartOfInstance);
        Forget(state);
        foreach (var child in outcome is Terminated { Recursive: true } ? state.Open.OfType<SubOrchestrationCalled>() : [])
        {
            await runner.DeliverAsync(child.InstanceId, null, new TerminationRequested(Now, ((Terminated)outcome).Output, Recursive: true));
        }

        if (state.Start.Parent is { } parent)
        {
            await runner.DeliverAsync(
                parent.InstanceId,
                parent.ExecutionId,
                outcome switch
                {
                    Completed completed => new TaskCompleted(Now, parent.TaskId, completed.Output),
                    Failed failed => new TaskFailed(Now, parent.TaskId, failed.Failure),
                    _ => new TaskFailed(
                        Now,
                        parent.TaskId,
                        new Failure(typeof(OperationCanceledException).FullName!, $"Instance '{state.Start.InstanceId}' was terminated.")
                    ),
                }
            );
        }
    }
}
