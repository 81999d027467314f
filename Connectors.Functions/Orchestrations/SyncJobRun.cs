using Connectors.Functions.Activities;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Protocol;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Connectors.Functions.Orchestrations;

/// <summary>
/// The decisions of a job's orchestration: claim, begin, partitions side by side, deletes, end. Everything that reaches out is an activity;
/// what is kept between them is <see cref="SyncJobState"/>, and with it the orchestration continues as new before its history grows long.
/// Deterministic.
/// </summary>
internal sealed class SyncJobRun : IDisposable
{
    /// <summary>Answers after which it continues as new.</summary>
    internal const int MaxTurns = 80;

    /// <summary>Parts of the deletes that one activity carries out.</summary>
    internal const int PartsAtOnce = 3;

    private const string Lost = "lost";

    private readonly TaskOrchestrationContext _context;
    private readonly ILogger _logger;
    private readonly Heartbeat _heartbeat;
    private SyncJobState _state;
    private int _turns;

    public SyncJobRun(TaskOrchestrationContext context, SyncJobState state)
    {
        _context = context;
        _state = state;
        _logger = context.CreateReplaySafeLogger(nameof(SyncJob));
        _heartbeat = new Heartbeat(context, () => _state);
    }

    private bool IsHistoryLong => _turns + _heartbeat.Beats >= MaxTurns;

    /// <summary>Runs from where the state says; <see langword="null"/> when it continues as new.</summary>
    public async Task<SyncSummary?> RunAsync()
    {
        SyncSummary? summary;
        try
        {
            summary = await SyncAsync();
        }
        catch (StoppedException stopped)
        {
            summary = await EndAsync(stopped.Stop, stopped.Sentence);
        }

        if (summary is null)
        {
            _context.ContinueAsNew(_state);
            return null;
        }

        // Of a job that somebody else had from the start nothing is ours to delete. What can't be deleted now is found by the clean-up.
        if (summary.Status != Lost || _state.Plan is not null)
        {
            await _context.StepAsync<bool>(nameof(StagingActivities.CleanStaging), _state.Target, isUrgent: true);
        }

        OrchestrationLog.Ends(_logger, _state.Target.JobId, _state.Target.ConnectorId, summary.Status);
        return summary;
    }

    /// <inheritdoc/>
    public void Dispose() => _heartbeat.Dispose();

    private async Task<SyncSummary?> SyncAsync()
    {
        do
        {
            if (_state.Plan is null && await BeginAsync() is { } unchanged)
            {
                return unchanged;
            }

            Show(SyncPhase.Pages);
            if (!await ReadPartitionsAsync())
            {
                return null;
            }
        } while (BeginsAgainAsFull());

        // Changes tell of deletions themselves, and were carried out with their pages.
        if (_state.Kind != SyncKind.Incremental && !await DeleteAsync())
        {
            return null;
        }

        if (BeginsAgainUndamaged())
        {
            return await SyncAsync();
        }

        Show(SyncPhase.Finishing);
        var input = new CompleteSyncInput(_state.Complete(), _state.Counts(), _state.Deletes?.Refusal, 0, Gap: _state.Deletes?.Gap);
        return await StepAsync<SyncSummary>(nameof(IndexActivities.CompleteSync), new StepInput<CompleteSyncInput>(_state.Target, input));
    }

    /// <summary>Takes the job and begins; the summary when there is nothing to do.</summary>
    private async Task<SyncSummary?> BeginAsync()
    {
        if (_state.Target.FullBecause is null)
        {
            await TakeAsync();
        }

        Show(SyncPhase.Snapshot);
        var begun = await ValueOfAsync(
            _context.SourceStepAsync<BeginSyncResult>(nameof(SourceActivities.BeginSync), _state.Target, _state.Target)
        );
        if (begun.Result.Plan is null)
        {
            return await StepAsync<SyncSummary>(
                nameof(IndexActivities.CompleteSync),
                new StepInput<CompleteSyncInput>(_state.Target, CompleteSyncInput.Unchanged(begun.Result))
            );
        }

        _state = _state.Begun(begun);
        return null;
    }

    private async Task TakeAsync()
    {
        Show(SyncPhase.Preparing);
        if (!_state.Target.DryRun)
        {
            var run = _context.NewGuid();
            await StepAsync<bool>(nameof(JobActivities.ClaimJob), new StepInput<Guid>(_state.Target, run));
            _state = _state with { Target = _state.Target with { Run = run } };
        }

        OrchestrationLog.Begins(_logger, _state.Target.JobId, _state.Target.ConnectorId);
        await ValueOfAsync(_context.SourceStepAsync<bool>(nameof(SourceActivities.PingSource), _state.Target, _state.Target));
    }

    /// <summary>Whether the changes can't be had, so that everything is read, from nothing.</summary>
    private bool BeginsAgainAsFull()
    {
        if (_state.ExpiredReason() is not { } reason)
        {
            return false;
        }

        _state = _state.Again(reason);
        return true;
    }

    /// <summary>Whether what was staged is damaged, so that everything is read again; a second time that is an error.</summary>
    private bool BeginsAgainUndamaged()
    {
        if (_state.Deletes?.Damaged is not { } reason)
        {
            return false;
        }

        if (_state.Target.FullBecause == reason)
        {
            throw new StoppedException(
                StopReason.Failed,
                $"{reason} Nothing was deleted because of it. Check the storage account, then start the sync again."
            );
        }

        _state = _state.Again(reason);
        return true;
    }

    /// <summary>Reads and writes all partitions; false when it has to continue as new before they are done.</summary>
    private async Task<bool> ReadPartitionsAsync()
    {
        var running = new Dictionary<int, Task<StepResult<PartitionState>>>();
        (StopReason Stop, string? Message) stop = default;
        while (true)
        {
            if (stop.Stop == StopReason.None && !IsHistoryLong)
            {
                foreach (
                    var partition in _state
                        .Partitions.Where(partition => !partition.IsDone() && !running.ContainsKey(partition.Number))
                        .Take(_state.Parallel - running.Count)
                )
                {
                    var input = new SyncPartitionInput(_state.Target, _state.Plan!, partition, _state.Counts().Rejected);
                    running[partition.Number] = _context.PartAsync<PartitionState>(nameof(SyncPartition), input);
                }
            }

            if (running.Count == 0)
            {
                break;
            }

            // Whatever happens, those under way are waited for: nothing of this job may be written after its end.
            await _heartbeat.AnyAsync(running.Values);
            foreach (var (number, done) in running.Where(pair => pair.Value.IsCompleted).OrderBy(pair => pair.Key).ToList())
            {
                running.Remove(number);
                _turns++;
                var result = await done;
                if (result.Value is { } partition)
                {
                    _state = _state.With(partition);
                }

                stop = stop.Stop == StopReason.None ? (result.Stop, result.Message) : stop;
            }

            stop = stop.Stop == StopReason.None ? (_heartbeat.Stop, null) : stop;
            Show(SyncPhase.Pages);
        }

        return stop.Stop == StopReason.None
            ? _state.Partitions.All(partition => partition.IsDone())
            : throw new StoppedException(stop.Stop, stop.Message);
    }

    /// <summary>Finds out what vanished and deletes it; false when it has to continue as new before that is done.</summary>
    private async Task<bool> DeleteAsync()
    {
        Show(SyncPhase.Deletes);
        var lastPages = _state.Partitions.Select(partition => partition.Page!);
        var deletes = _state.Deletes
            ?? await StepAsync<PlanDeletesResult>(
                nameof(IndexActivities.PlanDeletes),
                new StepInput<PlanDeletesInput>(_state.Target, new PlanDeletesInput(_state.Plan!, [.. lastPages]))
            );
        _state = _state with { Deletes = deletes };
        while (_state.NextPart < deletes.Parts)
        {
            if (IsHistoryLong)
            {
                return false;
            }

            var parts = Math.Min(PartsAtOnce, deletes.Parts - _state.NextPart);
            var input = new WriteDeletesInput(
                _state.Plan!,
                deletes.Deletes!,
                _state.NextPart,
                parts,
                _state.DeleteReport,
                _state.Counts().Rejected
            );
            var written = await StepAsync<WriteResult>(
                nameof(IndexActivities.WriteDeletes),
                new StepInput<WriteDeletesInput>(_state.Target, input)
            );
            _turns++;
            _state = _state.Deleted(parts, written);
            Show(SyncPhase.Deletes);
        }

        return true;
    }

    private async Task<SyncSummary> EndAsync(StopReason stop, string? message)
    {
        var counts = _state.Counts();
        var status = stop switch
        {
            StopReason.Canceled => JobStatus.Canceled.ToWord(),
            StopReason.TakenOver => Lost,
            _ => JobStatus.Error.ToWord(),
        };
        if (stop != StopReason.TakenOver && !_state.Target.DryRun)
        {
            await _context.StepAsync<bool>(
                nameof(JobActivities.EndJob),
                new StepInput<EndJobInput>(_state.Target, new EndJobInput(stop, message, counts, _state.Reports()))
            );
        }

        return new SyncSummary(status, counts, 0, message);
    }

    private Task<T> StepAsync<T>(string name, object input) => ValueOfAsync(_context.StepAsync<T>(name, input));

    private async Task<T> ValueOfAsync<T>(Task<StepResult<T>> step)
    {
        var result = await _heartbeat.BesideAsync(step);
        return result.Stop == StopReason.None ? result.Value! : throw new StoppedException(result.Stop, result.Message);
    }

    private void Show(SyncPhase phase) => _context.SetCustomStatus(_state.Status(phase));
}
