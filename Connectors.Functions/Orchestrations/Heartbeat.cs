using Connectors.Functions.Activities;
using Microsoft.DurableTask;

namespace Connectors.Functions.Orchestrations;

/// <summary>
/// Tells twice a minute that the job lives and how far it is, beside whatever the orchestrator waits for, and hears from the job's document whether it goes on. Deterministic.
/// </summary>
/// <param name="context">The orchestrator's context.</param>
/// <param name="state">How far it is.</param>
internal sealed class Heartbeat(TaskOrchestrationContext context, Func<SyncState> state) : IDisposable
{
    // Where a step is tried again and again the orchestration can't continue as new, and each sign of life adds to its history: they get fewer then. A job that is silent
    // for five minutes is taken for dead.
    private const int FrequentBeats = 40;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongInterval = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _end = new();
    private Task? _timer;

    /// <summary>Why the sync is to stop, as far as the job's document says.</summary>
    public StepStop Stop { get; private set; }

    /// <summary>How often it was told.</summary>
    public int Beats { get; private set; }

    /// <summary>Waits for a task.</summary>
    public async Task<T> BesideAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            await AnyAsync([task]);
        }

        return await task;
    }

    /// <summary>Waits until one of some tasks is done, or something was told.</summary>
    public async Task AnyAsync(IEnumerable<Task> tasks)
    {
        if (state().Target.DryRun)
        {
            await Task.WhenAny(tasks);
            return;
        }

        _timer ??= context.CreateTimer(context.CurrentUtcDateTime + (Beats < FrequentBeats ? Interval : LongInterval), _end.Token);
        if (await Task.WhenAny([.. tasks, _timer]) != _timer)
        {
            return;
        }

        _timer = null;
        Beats++;
        var answer = await context.StepAsync<bool>(nameof(JobActivities.ReportProgress), new JobOrder<Sync.Engine.SyncCounts>(state().Target, state().Counts()), isUrgent: true);
        if (answer.Stop is StepStop.Canceled or StepStop.Lost)
        {
            Stop = answer.Stop;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A timer that still runs would keep the orchestration from ending.
        _end.Cancel();
        _end.Dispose();
    }
}
