using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Api;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;

namespace Connectors.Cli.Ui;

/// <summary>The dry runs that were started from the status page. The last ones are remembered, in memory only. Safe for concurrent
/// use.</summary>
/// <param name="serviceOf">Makes a service that tells an observer.</param>
/// <param name="time">The clock.</param>
/// <param name="stop">Stops all of them.</param>
internal sealed class DryRuns(Func<IServiceObserver, ConnectorService> serviceOf, TimeProvider time, CancellationToken stop)
{
    private const int MaxRunning = 2;
    private const int MaxKept = 20;
    private readonly ConcurrentDictionary<string, Run> _runs = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Starts one.</summary>
    /// <returns>Its id.</returns>
    /// <exception cref="ConnectorException">As many run as may.</exception>
    public string Start(string connectorId, SyncOptions requested)
    {
        var run = new Run(
            ConnectorApi.DryRunPrefix + Guid.NewGuid().ToString("N"),
            time.GetUtcNow(),
            CancellationTokenSource.CreateLinkedTokenSource(stop)
        );
        lock (_lock)
        {
            if (_runs.Values.Count(item => !item.Task.IsCompleted) >= MaxRunning)
            {
                throw new ConnectorException(
                    FailureKind.Retry,
                    $"{MaxRunning} dry runs are running, which is the maximum. Wait for one to end, or stop one."
                );
            }

            foreach (
                var old in _runs.Values.Where(item => item.Task.IsCompleted).OrderByDescending(item => item.CreatedAt).Skip(MaxKept - 1)
            )
            {
                _runs.TryRemove(old.Id, out _);
                old.Stop.Dispose();
            }

            var options = new SyncNowOptions(
                DryRun: true,
                requested.Options.AllowMassDelete,
                requested.Options.Reindex,
                requested.Options.Kind
            )
            {
                AccessControl = requested.Type == JobType.AccessControl,
            };
            run.Task = Task.Run(async () => run.Result = await RunAsync(run, connectorId, options), CancellationToken.None);
            _runs[run.Id] = run;
        }

        return run.Id;
    }

    /// <summary>How one stands.</summary>
    public ApiResult Get(string id) => _runs.TryGetValue(id, out var run) ? new ApiResult(200, View(run)) : ConnectorApi.MissingSync(id);

    /// <summary>Ends one. It writes nothing, so it may be ended anywhere.</summary>
    public async Task<ApiResult> CancelAsync(string id)
    {
        if (!_runs.TryGetValue(id, out var run))
        {
            return ConnectorApi.MissingSync(id);
        }

        if (run.Task.IsCompleted)
        {
            return ConnectorApi.DryRunIsOver(id);
        }

        await run.Stop.CancelAsync();
        return ConnectorApi.State(202, id, JobStatus.Canceling);
    }

    /// <summary>Completes when none runs any more.</summary>
    public Task WhenEndedAsync() => Task.WhenAll(_runs.Values.Select(run => run.Task));

    private async Task<SyncResult> RunAsync(Run run, string connectorId, SyncNowOptions options)
    {
        try
        {
            return await serviceOf(run).SyncNowAsync(connectorId, options, run.Stop.Token, run.Stop.Token);
        }
        catch (OperationCanceledException) when (run.Stop.IsCancellationRequested)
        {
            return new SyncResult(SyncResultEnd.Canceled, null, null, null);
        }
        catch (ConnectorException failure)
        {
            return new SyncResult(SyncResultEnd.Failed, null, null, failure.Message);
        }
#pragma warning disable CA1031 // Somebody waits for an answer, and the service must go on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return new SyncResult(
                SyncResultEnd.Failed,
                null,
                null,
                $"The dry run failed: {failure.GetType().Name}. See the log of the source."
            );
        }
    }

    private static JsonObject View(Run run)
    {
        var view = new JsonObject { ["status"] = JobStatus.InProgress.ToWord() };
        if (run.Result is { } result)
        {
            var status = result.End switch
            {
                SyncResultEnd.Completed => JobStatus.Completed,
                SyncResultEnd.Failed => JobStatus.Error,
                _ => JobStatus.Canceled,
            };
            var preview = result.Outcome?.Preview;
            view = ApiViews.DryRun(
                status.ToWord(),
                result.Error,
                result.Outcome?.TotalDocuments ?? 0,
                result.Outcome?.Counts ?? default,
                preview is null ? null : (preview.Added, preview.Updated, preview.Deleted),
                preview?.Names
            );
        }
        else if (run.Progress is { } progress)
        {
            ProgressView.AddTo(view, progress);
        }

        view["id"] = run.Id;
        view["dryRun"] = true;
        view["createdAt"] = run.CreatedAt;
        return view;
    }

    private sealed record Run(string Id, DateTimeOffset CreatedAt, CancellationTokenSource Stop) : IServiceObserver
    {
        public Task Task { get; set; } = Task.CompletedTask;

        public SyncResult? Result { get; set; }

        public SyncProgress? Progress { get; private set; }

        public void SyncStarted(RunningSync sync) => Progress = sync.Progress;

        public void SyncEnded(RunningSync sync, SyncResult result)
        {
            // The task tells.
        }
    }
}
