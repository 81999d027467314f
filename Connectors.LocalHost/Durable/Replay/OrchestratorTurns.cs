using Connectors.LocalHost.Durable.History;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Connectors.LocalHost.Durable.Replay;

/// <summary>Takes one turn of an orchestrator: by replay, or without it where the history says how the instance ends. Writes
/// nothing.</summary>
internal sealed class OrchestratorTurns(IDurableFunctions functions, DataConverter converter, ILoggerFactory loggers)
{
    /// <summary>Takes the turn.</summary>
    /// <param name="history">The instance's history.</param>
    /// <param name="now">The time of the turn.</param>
    /// <param name="condemn">Is called later when the orchestrator turns out to have awaited something that is not its context's.</param>
    public Turn Take(RecordedHistory history, DateTime now, Action condemn)
    {
        var start = history.Start;
        var status = history.Turns is [.., var last] ? last.CustomStatus : null;
        Turn End(Outcome outcome) => new(now, history.Arrivals.Count, [], status, outcome);
        return history.News.FirstOrDefault(item => item is TerminationRequested or OrchestratorViolation) switch
        {
            TerminationRequested asked => End(new Terminated(asked.Output, asked.Recursive)),
            OrchestratorViolation condemned => End(new Failed(condemned.Failure)),
            _ => functions.FindOrchestrator(start.Name) is { } orchestrator
                ? OrchestratorRun.Take(orchestrator, history, now, converter, loggers, condemn)
                : End(
                    new Failed(
                        new Failure(
                            typeof(InvalidOperationException).FullName!,
                            $"There is no orchestrator '{start.Name}' in this app.",
                            IsFinal: true
                        )
                    )
                ),
        };
    }
}
