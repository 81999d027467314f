using Connectors.LocalHost.Durable.History;

namespace Connectors.LocalHost.Durable.Replay;

/// <summary>Errors of orchestrators that break the rules of replay. It fails the instance, whatever its code would make of it.</summary>
internal static class OrchestratorErrors
{
    /// <summary>A replay called something else than the history says.</summary>
    public static Failure NotDeterministic(ExecutionStarted start, int number, string called, string recorded) =>
        new(
            "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException",
            $"Orchestrator '{start.Name}' of instance '{start.InstanceId}' is not deterministic: its call {number} is {called}, but its "
                + $"history has {recorded} there. It must call the same, "
                + "in the same order, whenever it runs: no clock, random number, environment or outside state may decide what it calls, "
                + "and its code can't change while instances run."
        );

    /// <summary>It awaited a task that its context did not give out.</summary>
    public static Failure ForeignAwait(ExecutionStarted start) =>
        new(
            typeof(InvalidOperationException).FullName!,
            $"Orchestrator '{start.Name}' of instance '{start.InstanceId}' awaits something that is not a task of its context, such as "
                + "Task.Delay, Task.Run, I/O or a task with "
                + "ConfigureAwait(false). No replay can repeat that: do such work in an activity, and wait with a timer of the context."
        );

    /// <summary>The message for a call to the context from another thread.</summary>
    public static string WrongThread(ExecutionStarted start) =>
        $"The context of orchestrator '{start.Name}' was used on another thread than the orchestrator's. Only the orchestrator itself "
        + "may use it.";
}
