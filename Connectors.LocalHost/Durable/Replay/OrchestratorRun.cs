using Connectors.LocalHost.Durable.History;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Connectors.LocalHost.Durable.Replay;

/// <summary>An orchestrator function; the value that it returns is its output.</summary>
internal delegate Task<object?> Orchestrator(TaskOrchestrationContext context);

/// <summary>One run of an orchestrator: from its start, through all that its history has, into a new turn.</summary>
internal static class OrchestratorRun
{
    /// <summary>Replays <paramref name="history"/> and tells the orchestrator its news.</summary>
    /// <param name="now">The time of the new turn.</param>
    /// <param name="onLateForeignAwait">Called when, after the run, something else than the context's tasks wants to go on with the
    /// orchestrator.</param>
    /// <returns>The new turn: what it asked for, and how it ended if it did.</returns>
    public static Turn Take(
        Orchestrator orchestrator,
        RecordedHistory history,
        DateTime now,
        DataConverter converter,
        ILoggerFactory loggers,
        Action onLateForeignAwait
    )
    {
        Task<object?>? running = null;
        var told = 0;
        var isOver = false;
        var isForeign = false;
        var thread = new OrchestratorThread(() =>
        {
            Interlocked.Exchange(ref isForeign, true);
            if (Interlocked.CompareExchange(ref isOver, true, true) && running is { IsCompleted: false })
            {
                onLateForeignAwait();
            }
        });
        var context = new ReplayContext(history.Start, converter, thread, loggers);
        foreach (var recorded in history.Turns)
        {
            context.BeginTurn(recorded.At, recorded);
            Tell(recorded.Arrivals);
            context.EndRecordedTurn(hasEnded: running is { IsCompleted: true });
        }

        context.BeginTurn(now, recorded: null);
        Tell(history.Arrivals.Count);
        Interlocked.Exchange(ref isOver, true);
        return new Turn(now, history.Arrivals.Count, [.. context.Decisions], context.CustomStatus, Outcome());

        void Tell(int upTo)
        {
            for (; told < upTo && context.Fault is null && running is not { IsCompleted: true }; told++)
            {
                var arrival = history.Arrivals[told];
                if (arrival is ExecutionStarted start)
                {
                    thread.Run(() => running = orchestrator(context));
                    foreach (var carried in start.Carried ?? [])
                    {
                        thread.Run(() => context.Tell(carried));
                    }
                }
                else
                {
                    thread.Run(() => context.Tell(arrival));
                }
            }
        }

#pragma warning disable VSTHRD002 // It has ended.
        static object? Result(Task<object?> ended) => ended.Result;
#pragma warning restore VSTHRD002

        Outcome? Outcome()
        {
            // Events that came in after the orchestrator had ended belong to its next generation.
            var late = history.Arrivals.Skip(told).OfType<EventRaised>();

            // What strays from its context's tasks calls less in some replays than in others: the straying is to be told.
            var isAstray =
                running is not { IsCompleted: true } && (!context.CanGoOn || Interlocked.CompareExchange(ref isForeign, true, true));
            return isAstray ? new Failed(OrchestratorErrors.ForeignAwait(history.Start))
                : context.Fault is { } fault ? new Failed(fault)
                : running is not { IsCompleted: true } ? null
                : running.Exception?.InnerException is { } exception ? new Failed(Failure.Of(exception))
                : running.IsCanceled ? new Failed(Failure.Of(new TaskCanceledException(running)))
                : context.Renewal is { } renewal
                    ? new ContinuedAsNew(renewal.Input, [.. renewal.KeepsEvents ? context.UnreadEvents : [], .. late])
                : new Completed(converter.Serialize(Result(running)));
        }
    }
}
