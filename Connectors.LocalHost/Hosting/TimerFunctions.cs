using Connectors.Abstractions;
using Connectors.Functions.Hosting;
using Connectors.LocalHost.Durable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Connectors.LocalHost.Hosting;

/// <summary>Runs timer functions by their schedules, one run of a function at a time. A run that lasts beyond the next time is followed at
/// once by one more.</summary>
internal sealed class TimerFunctions(
    FunctionInvoker invoker,
    IServiceProvider services,
    DurableTimers alarms,
    PendingWork work,
    TimeProvider time,
    ILogger logger,
    CancellationToken stopping
)
{
    private static readonly TimeSpan PastDue = TimeSpan.FromSeconds(1);

    private readonly Dictionary<
        string,
        (LocalFunction Function, TimerExpression Schedule, SemaphoreSlim Gate, ScheduleStatus Status)
    > _timers = new(StringComparer.OrdinalIgnoreCase);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Reads the schedules.</summary>
    /// <exception cref="InvalidOperationException">One of them can't be read.</exception>
    public void Prepare(FunctionCatalog catalog, IConfiguration settings)
    {
        foreach (var function in catalog.All.Where(item => item.Trigger is TimerTriggerAttribute))
        {
            var schedule = TimerSchedule.Parse(function.Name, ((TimerTriggerAttribute)function.Trigger).Schedule, settings);
            _timers.Add(function.Name, (function, schedule, new SemaphoreSlim(1, 1), new ScheduleStatus()));
        }
    }

    /// <summary>Runs the functions by their schedules from here on.</summary>
    public void Start()
    {
        foreach (var (function, schedule, _, _) in _timers.Values)
        {
            Plan(function.Name, ((TimerTriggerAttribute)function.Trigger).RunOnStartup ? Now : schedule.Next(Now));
        }
    }

    /// <summary>Runs a timer function now, in the background; false when there is none of that name.</summary>
    public bool Fire(string name)
    {
        if (!_timers.ContainsKey(name))
        {
            return false;
        }

        work.Run(() => RunAsync(name, Now));
        return true;
    }

    private void Plan(string name, DateTime at) => alarms.Set("timer function " + name, 0, at, async () =>
        {
            var began = Now;
            await RunAsync(name, at);
            Plan(name, _timers[name].Schedule.Next(began > at ? began : at));
        });

    private async Task RunAsync(string name, DateTime due)
    {
        var (function, schedule, gate, status) = _timers[name];
        await gate.WaitAsync(stopping);
        try
        {
            status.Next = schedule.Next(Now);
            var info = new TimerInfo
            {
                IsPastDue = Now - due >= PastDue,
                ScheduleStatus = new ScheduleStatus
                {
                    Last = status.Last,
                    Next = status.Next,
                    LastUpdated = status.LastUpdated,
                },
            };
            (status.Last, status.LastUpdated) = (due, Now);
            await using var scope = services.CreateAsyncScope();
            await invoker.InvokeAsync(function, scope.ServiceProvider, _ => info, stopping);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            logger.LogError(Redactor.Redact(e), "Timer function {Function} failed: {Message}", name, Redactor.Redact(e.Message));
        }
        finally
        {
            gate.Release();
        }
    }
}
