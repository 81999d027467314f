using Connectors.Functions.Activities;
using Microsoft.DurableTask;

namespace Connectors.Functions.Orchestrations;

/// <summary>
/// Reports twice a minute that the job is alive and how far it is, while the orchestrator waits, and learns from the job's document whether
/// to continue. Deterministic.
/// </summary>
/// <param name="context">The orchestrator's context.</param>
/// <param name="state">How far it is.</param>
internal sealed class Heartbeat(TaskOrchestrationContext context, Func<SyncJobState> state) : IDisposable
{
    // While a step is retried the orchestration can't continue as new, and each heartbeat adds to its history: so they become less
    // frequent. A job that is silent for five minutes is taken for dead.
    private const int FrequentBeats = 40;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongInterval = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _end = new();
    private Task? _timer;

    /// <summary>Why the sync is to stop, as far as the job's document says.</summary>
    public StopReason Stop { get; private set; }

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
        var answer = await context.StepAsync<bool>(
            nameof(JobActivities.ReportProgress),
            new StepInput<Sync.Engine.SyncCounts>(state().Target, state().Counts()),
            isUrgent: true
        );
        if (answer.Stop is StopReason.Canceled or StopReason.TakenOver)
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
