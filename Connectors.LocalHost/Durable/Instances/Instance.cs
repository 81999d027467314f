using Connectors.LocalHost.Durable.History;

namespace Connectors.LocalHost.Durable.Instances;

/// <summary>An instance id and what runs, or ran, under it. Whoever reads or changes it holds its gate.</summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing to dispose of.
internal sealed class Instance(string id)
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private int _mostEvents;
    private int _largestPayload;
    private int _activities;

    public string Id => id;

    /// <summary>Null before the first start and after a purge.</summary>
    public OrchestrationState? State { get; private set; }

    /// <summary>Somebody is at work on its turns.</summary>
    public bool IsTakingTurns { get; set; }

    /// <summary>Runs of the orchestrator from its start, of all generations, in this process.</summary>
    public int Runs { get; set; }

    public InstanceStatistics? Statistics =>
        State is { } state
            ? new InstanceStatistics(
                state.EventCount,
                Math.Max(_mostEvents, state.EventCount),
                Math.Max(_largestPayload, state.LargestPayload),
                _activities + state.Activities,
                Runs
            )
            : null;

    /// <summary>Puts a new state in place of the old one.</summary>
    /// <param name="goesOn">The next generation of the same execution: its facts are kept.</param>
    public void Begin(OrchestrationState? state, bool goesOn)
    {
        (_mostEvents, _largestPayload, _activities) =
            goesOn && Statistics is { } facts ? (facts.MostEvents, facts.LargestPayload, facts.Activities) : (0, 0, 0);
        Runs = goesOn ? Runs : 0;
        State = state;
    }

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        return new Hold(_gate);
    }

    private sealed class Hold(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
