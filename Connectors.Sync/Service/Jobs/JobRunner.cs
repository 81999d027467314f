using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Retries;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service.Jobs;

/// <summary>Runs one job from its claim to its end, with a heartbeat that also detects cancellation. Safe for concurrent use.</summary>
internal sealed class JobRunner(
    ServiceCore core,
    ISyncEngine engine,
    IContentIndex? index,
    TimeProvider timeProvider,
    ILoggerFactory loggerFactory
)
{
    // Half a minute in all.
    private static readonly TimeSpan FirstEndPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestEndPause = TimeSpan.FromSeconds(16);
    private readonly ILogger _logger = loggerFactory.CreateLogger<JobRunner>();

    /// <summary>Runs a job that was claimed.</summary>
    /// <param name="job">The job as the claim returned it.</param>
    /// <param name="sync">Kept up to date while it runs.</param>
    /// <param name="stopReading">Asks for an orderly stop: the pages in flight are finished, and the job is suspended.</param>
    /// <param name="cancellationToken">Stops at once. Nothing is written: the next start takes the job up.</param>
    /// <exception cref="ConnectorException">The end could not be written. The job stays in progress, to be taken up again.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<SyncResult> RunAsync(
        SyncJobRecord job,
        RunningSync sync,
        CancellationToken stopReading,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(sync);
        using var scope = _logger.BeginScope(
            new Dictionary<string, object?>
            {
                ["SyncJobId"] = job.Id,
                ["ConnectorId"] = job.ConnectorId,
                ["IndexName"] = job.IndexName,
            }
        );
        using var stop = new JobStop(timeProvider, stopReading, cancellationToken);
        using var ended = new CancellationTokenSource();
        var watch = new JobHeartbeat(core, timeProvider, _logger).RunAsync(job, sync, stop, ended.Token);
        SyncResult result;
        try
        {
            result = await SyncAsync(job, sync.Progress, stop);
        }
        finally
        {
            await ended.CancelAsync();
            await watch;
        }

        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            using var late = new CancellationTokenSource();
            await using var patience = timeProvider.CreateTimer(
                _ => late.Cancel(),
                null,
                stop.Stopping.IsCancellationRequested ? SourceCalls.Patience : Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan
            );
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
            result = await WriteEndAsync(job, sync.Progress, stop, result, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The process ends, and Elasticsearch does not answer: the next start finds the job as its own.
            throw new ConnectorException(FailureKind.Retry, "Elasticsearch did not answer before the service stopped.");
        }

        if (result.End != SyncResultEnd.Suspended)
        {
            await engine.ForgetAsync(job.Id, cancellationToken);
        }

        Log(job, result, sync.IsFaultTold);
        return result;
    }

    private async Task<SyncResult> SyncAsync(SyncJobRecord job, SyncProgress progress, JobStop stop)
    {
        try
        {
            JobSetup.RequireRunnable(job);
            var request = JobSetup.Request(job, core.Sources.Describe(job.ServiceType!));
            var source = JobSetup.OpenSource(job, core.Sources);
            SyncOutcome outcome;
            try
            {
                progress.Phase = SyncPhase.Preparing;
                await core.Sources.PingAsync(source, core.Options, progress, _logger, stop.Orderly);
                outcome = await engine.RunAsync(request, source, progress, stop.Orderly, stop.AtOnce);
            }
            finally
            {
                await DisposeSourceAsync(source, job, stop);
            }

            return new SyncResult(
                outcome.End switch
                {
                    SyncEnd.Refused => SyncResultEnd.Failed,
                    SyncEnd.Stopped => stop.IsCanceled ? SyncResultEnd.Canceled : SyncResultEnd.Suspended,
                    _ => SyncResultEnd.Completed,
                },
                job,
                outcome,
                outcome.End == SyncEnd.Refused ? outcome.Message : null
            );
        }
        catch (ConnectorException exception)
        {
            return new SyncResult(SyncResultEnd.Failed, job, null, exception.Message);
        }
        catch (OperationCanceledException) when (stop.AtOnce.IsCancellationRequested)
        {
            var end =
                stop.IsForced ? SyncResultEnd.Canceled
                : stop.IsOutOfTime && !stop.IsTakenOver ? (stop.IsCanceled ? SyncResultEnd.Canceled : SyncResultEnd.Suspended)
                : SyncResultEnd.Lost;
            return new SyncResult(end, job, null, null);
        }
        catch (OperationCanceledException) when (stop.Orderly.IsCancellationRequested)
        {
            return new SyncResult(stop.IsCanceled ? SyncResultEnd.Canceled : SyncResultEnd.Suspended, job, null, null);
        }
        catch (Exception exception)
        {
            ServiceLog.JobBroke(
                _logger,
                Redactor.Redact(exception),
                job.Id,
                job.ConnectorId,
                job.IndexName ?? string.Empty,
                UnexpectedError.IdOf(exception)
            );
            return new SyncResult(SyncResultEnd.Failed, job, null, UnexpectedError.Message(exception));
        }
    }

    private async Task DisposeSourceAsync(IDataSource source, SyncJobRecord job, JobStop stop)
    {
        var closing = Task.Run(async () => await source.DisposeAsync());
        try
        {
            await closing.WaitAsync(stop.AtOnce.IsCancellationRequested ? TimeSpan.FromSeconds(1) : core.Options.PingTimeout, timeProvider);
        }
        catch (Exception exception)
        {
            FaultySource.Note(source, exception);

            // The sync has ended, or failed with a better reason. Who hangs is not waited for.
            ServiceLog.SourceLeft(
                _logger,
                job.Id,
                job.ConnectorId,
                job.IndexName ?? string.Empty,
                closing.IsCompleted ? UnexpectedError.Message(exception) : "it takes too long"
            );
            _ = closing.ContinueWith(
                static late => late.Exception,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );
        }
    }

    private async Task<SyncResult> WriteEndAsync(
        SyncJobRecord job,
        SyncProgress progress,
        JobStop stop,
        SyncResult result,
        CancellationToken cancellationToken
    )
    {
        if (stop.IsTakenOver)
        {
            return new SyncResult(SyncResultEnd.Lost, await core.Jobs.FindAsync(job.Id, cancellationToken), result.Outcome, result.Error);
        }

        var end = ResultOf(result, progress.Counts);
        var written = await WriteEndAsync(job, result.End, end, cancellationToken);
        return written switch
        {
            null => result with { End = SyncResultEnd.Lost, Job = await core.Jobs.FindAsync(job.Id, cancellationToken) },
            { Status: JobStatus.Canceled } => result with { End = SyncResultEnd.Canceled, Job = written },
            _ => result with { Job = written },
        };
    }

    private static JobResult ResultOf(SyncResult result, SyncCounts counts) =>
        result.Outcome is { } outcome
            ? new JobResult
            {
                Counts = outcome.Counts,
                TotalDocuments = outcome.TotalDocuments,
                Rejections = outcome.Rejections,
                Error = result.Error,
                Cursor = outcome.Cursor,
                Fallback = outcome.Fallback,
                Rewrite = outcome.Rewrite,
                Gap = outcome.Gap,
            }
            : new JobResult { Counts = counts, Error = result.Error };

    /// <summary>Writes the end, several times if need be: a key that is being changed, or a proxy that is restarted, is back soon, and a
    /// job without an end looks as if it went on.</summary>
    private async Task<SyncJobRecord?> WriteEndAsync(
        SyncJobRecord job,
        SyncResultEnd end,
        JobResult result,
        CancellationToken cancellationToken
    )
    {
        var ending = new JobCompletion(core.Steps, index, core.Sources);
        for (var pause = FirstEndPause; ; pause *= 2)
        {
            try
            {
                return await ending.WriteAsync(job, end, result, cancellationToken);
            }
            catch (ConnectorException failure) when (pause <= LongestEndPause)
            {
                ServiceLog.EndTriedAgain(_logger, job.Id, job.ConnectorId, failure.Message, LogSeconds.Of(pause));
                await Task.Delay(pause, timeProvider, cancellationToken);
            }
        }
    }

    private void Log(SyncJobRecord job, SyncResult result, bool isFaultTold)
    {
        var indexName = job.IndexName ?? string.Empty;
        if (result.Outcome?.Rejections is { Total: > 0 } rejections)
        {
            var reasons = string.Join(
                ", ",
                rejections.Reasons.OrderByDescending(reason => reason.Value).Select(reason => $"{reason.Key}: {reason.Value}")
            );

            // What Elasticsearch rejected was logged as it did, and a gap is the error of the job: each is said once.
            var untold = rejections.Samples.FirstOrDefault(sample =>
                sample.IsOfSource && result.Error?.Contains(Sentences.Inner(sample.Reason), StringComparison.Ordinal) != true
            );
            var first = untold is null ? string.Empty : $"; the first: {untold.Id}: {untold.Reason}";
            ServiceLog.Rejections(_logger, rejections.Total, job.Id, indexName, reasons, first);
        }

        switch (result.End)
        {
            case SyncResultEnd.Failed when isFaultTold:
                ServiceLog.JobEnded(_logger, job.Id, job.ConnectorId, indexName, JobStatus.Error.ToWord());
                break;
            case SyncResultEnd.Failed:
                ServiceLog.JobFailed(_logger, job.Id, job.ConnectorId, indexName, result.Error ?? string.Empty);
                break;
            case SyncResultEnd.Lost:
                ServiceLog.JobLost(_logger, job.Id, job.ConnectorId, indexName);
                break;
            default:
                ServiceLog.JobEnded(_logger, job.Id, job.ConnectorId, indexName, result.Job?.Status?.ToWord() ?? string.Empty);
                break;
        }
    }
}
