using Connectors.Sync.Engine;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Cli.Output.Syncs;

/// <summary>One JSON object a line: <c>sync_started</c>, <c>sync_resumed</c> when it goes on from an earlier run,
/// <c>sync_running</c> every two seconds, <c>sync_ended</c>.</summary>
internal sealed class JsonProgress(CliEnvironment environment) : ProgressDisplay(environment)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    public override void Say(string line) => JsonLine.Write(Environment.Out, new { @event = "message", text = line });

    protected override void ShowStart(RunningSync sync) =>
        JsonLine.Write(
            Environment.Out,
            new
            {
                @event = "sync_started",
                sync.JobId,
                sync.ConnectorId,
                sync.ConnectorName,
                sync.IndexName,
                sync.ServiceType,
                sync.FollowedOn,
            }
        );

    protected override void ShowResumed(RunningSync sync) =>
        JsonLine.Write(
            Environment.Out,
            new
            {
                @event = "sync_resumed",
                sync.JobId,
                sync.ConnectorId,
                documentsBefore = sync.Progress.ResumedAfter,
                secondsBefore = Math.Round(sync.EarlierTime.TotalSeconds, 3),
            }
        );

    protected override void ShowEnd(RunningSync sync, SyncResult result, TimeSpan elapsed) =>
        JsonLine.Write(
            Environment.Out,
            new
            {
                @event = "sync_ended",
                sync.JobId,
                sync.ConnectorId,
                end = result.End.ToString().ToLowerInvariant(),
                unchanged = result.Outcome?.End == SyncEnd.Unchanged ? true : (bool?)null,
                result.Error,
                seconds = Math.Round(elapsed.TotalSeconds, 3),
                counts = result.Outcome?.Counts ?? sync.Progress.Counts,

                // As the job says: a sync that did not come to its end has not counted them itself.
                totalDocuments = result.Job?.TotalDocumentCount ?? result.Outcome?.TotalDocuments,
                process = new
                {
                    // Of the whole process, from its start: the benchmarks read it.
                    allocatedBytes = GC.GetTotalAllocatedBytes(),
                    processorSeconds = Math.Round(System.Environment.CpuUsage.TotalTime.TotalSeconds, 3),
                },
            }
        );

    protected override async Task LoopAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Every, Environment.TimeProvider, cancellationToken);
            foreach (var pace in Running)
            {
                var now = pace.Now();
                JsonLine.Write(
                    Environment.Out,
                    new
                    {
                        @event = "sync_running",
                        pace.Sync.JobId,
                        pace.Sync.ConnectorId,
                        phase = SyncPace.Word(now.Phase).Replace(' ', '_'),
                        now.Counts,
                        estimatedDocuments = now.Estimated,
                        isEstimateGuess = now is { IsGuess: true, Estimated: not null } ? true : (bool?)null,
                        documentsPerSecond = now.Rate is { } rate ? Math.Round(rate) : (double?)null,
                        secondsWaiting = now.Waits?.Again.TotalSeconds,
                        waitsReason = now.Waits?.Reason,
                        secondsOfWaitingLeft = now.Waits?.Left?.TotalSeconds,
                        secondsLeft = now.Left is { } left ? Math.Round(left.TotalSeconds) : (double?)null,
                    }
                );
            }
        }
    }
}
