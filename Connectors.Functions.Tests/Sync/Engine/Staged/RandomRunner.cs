using Connectors.Abstractions;
using Connectors.Sync.Engine.Staged;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Tests.Support;

namespace Connectors.Tests.Sync.Engine.Staged;

/// <summary>
/// Does steps as a bad week would: on one of two machines, twice with either answer kept, both at once, cut off at any call to staging, or
/// still running after its successor has answered.
/// </summary>
internal sealed class RandomRunner(int seed) : IStepRunner
{
    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();
    private readonly List<Task> _late = [];

    public async Task<T> RunAsync<T>(StagedFixture fixture, Func<StagedSync, CancellationToken, Task<T>> step)
    {
        var token = SyncFixture.Token;
        switch (Next(9))
        {
            case 0:
                await step(Machine(fixture), token);
                return await step(Machine(fixture), token);
            case 1:
                var kept = await step(Machine(fixture), token);
                await QuietlyAsync(step(Machine(fixture), token));
                return kept;
            case 2:
                var both = new[] { step(Machine(fixture), token), step(Machine(fixture), token) };
                await ((Task)Task.WhenAll(both)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return await both[Next(2)];
            case 3 or 4:
                // Not disposed: calls of other steps may count down too.
                var kill = new CancellationTokenSource();
                var calls = Next(6);
                fixture.Memory.OnCall = _ =>
                {
                    if (Interlocked.Decrement(ref calls) == 0)
                    {
                        kill.Cancel();
                    }
                };
                await QuietlyAsync(step(Machine(fixture), kill.Token));
                fixture.Memory.OnCall = null;
                return await step(Machine(fixture), token);
            case 5 when typeof(T) == typeof(ReadPageResult):
                lock (_lock)
                {
                    _late.Add(QuietlyAsync(step(Machine(fixture), token)));
                }

                return await step(Machine(fixture), token);
            default:
                return await step(Machine(fixture), token);
        }
    }

    /// <summary>Waits for steps that are still running.</summary>
    public Task EndAsync()
    {
        lock (_lock)
        {
            return Task.WhenAll(_late);
        }
    }

    private static async Task QuietlyAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception failure) when (failure is OperationCanceledException or ConnectorException)
        {
            // Nobody hears of it.
        }
    }

    private StagedSync Machine(StagedFixture fixture) => fixture.Machine(Next(2));

    private int Next(int below)
    {
        lock (_lock)
        {
            return _random.Next(below);
        }
    }
}
