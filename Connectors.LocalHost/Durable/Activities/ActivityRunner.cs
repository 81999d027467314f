using Connectors.Abstractions;
using Connectors.LocalHost.Durable.History;
using Microsoft.Extensions.Logging;

namespace Connectors.LocalHost.Durable.Activities;

/// <summary>Runs a limited number of activities at a time and delivers their results: at least once each, in no guaranteed order.</summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing to dispose of.
internal sealed class ActivityRunner(
    IDurableFunctions functions,
    DurableOptions options,
    TimeProvider time,
    PendingWork work,
    ILogger logger,
    CancellationToken stopping
)
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _slots = new(options.MaxConcurrentActivities, options.MaxConcurrentActivities);
    private readonly Lock _gate = new();
    private readonly List<(int Order, Func<Task> Bring)> _held = [];
    private int _underWay;

    /// <summary>Runs an activity as soon as there is a place for it.</summary>
    /// <param name="bring">Gets the result, once or twice. A result that the host's end cut off never comes.</param>
    public void Post(ActivityCalled call, Func<Arrival, Task> bring)
    {
        lock (_gate)
        {
            _underWay++;
        }

        work.Run(async () =>
        {
            var results = new List<Arrival>();
            try
            {
                if (options.Delivery == ActivityDelivery.TwiceAtOnce)
                {
                    Task<Arrival>[] both = [RunAsync(call), RunAsync(call)];
                    await foreach (var item in Task.WhenEach(both))
                    {
                        results.Add(await item);
                        if (options.Shuffle is null && results.Count == 1)
                        {
                            await bring(results[0]);
                        }
                    }
                }
                else
                {
                    if (options.Delivery == ActivityDelivery.TwiceInTurn)
                    {
                        _ = await RunAsync(call);
                    }

                    results.Add(await RunAsync(call));
                }
            }
            finally
            {
                await EndAsync(call.TaskId, results.Select(result => (Func<Task>)(() => bring(result))));
            }
        });
    }

    private async Task<Arrival> RunAsync(ActivityCalled call)
    {
        await _slots.WaitAsync(stopping);
        try
        {
            var result = await functions.RunActivityAsync(call.Name, call.Input, stopping);
            return new TaskCompleted(time.GetUtcNow().UtcDateTime, call.TaskId, result);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            logger.LogWarning(Redactor.Redact(e), "Activity {Activity} failed: {Message}", call.Name, Redactor.Redact(e.Message));
            return new TaskFailed(
                time.GetUtcNow().UtcDateTime,
                call.TaskId,
                Failure.Of(e) with
                {
                    IsFinal = e is UnknownFunctionException,
                }
            );
        }
        finally
        {
            _slots.Release();
        }
    }

    // Shuffled results are held until no activity is under way, and then come in an order that only the seed knows.
    private async Task EndAsync(int order, IEnumerable<Func<Task>> results)
    {
        var now = new List<(int Order, Func<Task> Bring)>();
        lock (_gate)
        {
            _underWay--;
            _held.AddRange(results.Select(bring => (order, bring)));
            if (options.Shuffle is null || _underWay == 0)
            {
                now.AddRange(_held.OrderBy(item => item.Order));
                _held.Clear();
            }
        }

        if (options.Shuffle is { } random)
        {
            var shuffled = now.ToArray();
            lock (_gate)
            {
                random.Shuffle(shuffled);
            }

            now = [.. shuffled];
        }

        foreach (var (_, bring) in now)
        {
            await bring();
        }
    }
}
