using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Retries;
using Connectors.Sync.Service.Polling;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service.Jobs;

/// <summary>Gives signs of life for a job that runs in this process, and tells it when the user cancels it or another worker takes
/// it.</summary>
internal sealed class JobHeartbeat(ServiceCore core, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>Runs until the sync ended.</summary>
    /// <param name="job">The job.</param>
    /// <param name="sync">Its sync, whose progress is written with each sign of life.</param>
    /// <param name="stop">Is told when the job is to stop.</param>
    /// <param name="ended">The sync ended.</param>
    public async Task RunAsync(SyncJobRecord job, RunningSync sync, JobStop stop, CancellationToken ended)
    {
        var claim = JobClaim.Of(job);
        var lastHeartbeat = timeProvider.GetTimestamp();
        long? cancelSeen = null;
        SourceWait? told = null;
        var look = new PollSignal(timeProvider);
        sync.LookAtJob = look.Wake;
        try
        {
            while (true)
            {
                await look.PauseAsync(core.Options.CancelCheck, ended);
                ended.ThrowIfCancellationRequested();
                try
                {
                    // That the source can't be asked is told at once: whoever looks at the job from elsewhere takes it for stuck.
                    var wait = sync.Progress.Wait is { } on && on.IsOn(timeProvider.GetUtcNow()) ? on : null;
                    var isWaitNew = wait?.Reason is null ? told?.Reason is not null : wait != told;
                    var isDue = isWaitNew || timeProvider.GetElapsedTime(lastHeartbeat) >= core.Options.JobHeartbeat;
                    var status =
                        isDue
                            ? await core.Steps.ProgressAsync(
                                claim,
                                sync.Progress.Counts,
                                wait ?? (told is null ? null : SourceWait.Over),
                                ended
                            )
                        : await core.Jobs.FindAsync(job.Id, ended) is { } now && claim.Holds(now) ? now.Status
                        : null;
                    (lastHeartbeat, told) = isDue ? (timeProvider.GetTimestamp(), wait) : (lastHeartbeat, told);
                    if (status == JobStatus.Canceling && cancelSeen is { } seen)
                    {
                        if (timeProvider.GetElapsedTime(seen) > core.Options.CancelPatience && !stop.IsForced)
                        {
                            // A source that hangs must not hold a cancelled job.
                            ServiceLog.CancelForced(logger, job.Id, job.ConnectorId, job.IndexName ?? string.Empty);
                            stop.Force();
                        }
                    }
                    else if (status == JobStatus.Canceling && stop.Cancel())
                    {
                        cancelSeen = timeProvider.GetTimestamp();
                        ServiceLog.CancelSeen(logger, job.Id, job.ConnectorId, job.IndexName ?? string.Empty);
                    }
                    else if (status is not (JobStatus.InProgress or JobStatus.Canceling))
                    {
                        stop.TakeOver();
                    }
                }
                catch (ConnectorException exception)
                {
                    // The sync runs into the same failure, and decides what to do.
                    ServiceLog.HeartbeatFailed(logger, job.Id, exception.Message);
                }
                catch (Exception exception) when (!ended.IsCancellationRequested)
                {
                    // A job without a heartbeat would be presumed dead while its sync runs.
                    ServiceLog.RoundBroke(
                        logger,
                        Redactor.Redact(exception),
                        $"The heartbeat of job {job.Id}",
                        UnexpectedError.IdOf(exception)
                    );
                }
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The sync ended.
        }
    }
}
