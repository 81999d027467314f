using System.Collections.Concurrent;
using Connectors.LocalHost.Durable.Activities;
using Connectors.LocalHost.Durable.History;
using Connectors.LocalHost.Durable.Instances;
using Connectors.LocalHost.Durable.Replay;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Connectors.LocalHost.Durable;

/// <summary>
/// Runs orchestrations. Whatever an instance receives is written to its history first; then the orchestrator runs one turn, from its start
/// through the whole history. Its decisions are written, and only then carried out. After a crash the last decisions are carried out again;
/// each is idempotent.
/// </summary>
internal sealed class DurableRunner : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Instance> _instances = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly HistoryStore _store;
    private readonly OrchestratorTurns _turns;
    private readonly TimeProvider _time;
    private readonly PendingWork _work;
    private readonly DecisionExecutor _carrier;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DurableRunner(
        HistoryStore store,
        IDurableFunctions functions,
        DataConverter converter,
        ILoggerFactory loggers,
        TimeProvider time,
        PendingWork work,
        DurableOptions options
    )
    {
        (_store, _time, _work) = (store, time, work);
        _turns = new OrchestratorTurns(functions, converter, loggers);
        var logger = loggers.CreateLogger<DurableRunner>();
        var activities = new ActivityRunner(functions, options, time, work, logger, _stopping.Token);
        _carrier = new DecisionExecutor(this, activities, new DurableTimers(time, work), time, logger);
    }

    /// <summary>The time of the runner's clock, in UTC.</summary>
    public DateTime Now => _time.GetUtcNow().UtcDateTime;

    /// <summary>Every id that was used and not purged.</summary>
    public IEnumerable<Instance> Instances => _instances.Values.Where(item => item.State is not null);

    /// <summary>Goes on with whatever the folder holds.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var states = await _store.LoadAsync(cancellationToken);
        foreach (var state in states)
        {
            Find(state.Start.InstanceId).Begin(state, goesOn: false);
        }

        foreach (var (state, unfinished) in states.Select(state => (state, state.Unfinished)).ToList())
        {
            await _carrier.CarryOutAgainAsync(state, unfinished);
            await WakeAsync(Find(state.Start.InstanceId), cancellationToken);
        }
    }

    /// <summary>The instance of this id, which may have no state.</summary>
    public Instance Find(string instanceId) => _instances.GetOrAdd(instanceId, id => new Instance(id));

    /// <summary>Starts an execution, unless <paramref name="mayStart"/> says no to what the id stands for now.</summary>
    /// <returns>False when it said no.</returns>
    public async Task<bool> TryStartAsync(
        ExecutionStarted start,
        Func<OrchestrationState?, bool> mayStart,
        CancellationToken cancellationToken
    )
    {
        var instance = Find(start.InstanceId);
        using (await instance.EnterAsync(cancellationToken))
        {
            if (!mayStart(instance.State))
            {
                return false;
            }

            await _store.BeginAsync(start, cancellationToken);
            instance.Begin(new OrchestrationState(start), goesOn: false);
        }

        if (start.NotBefore is { } at)
        {
            _carrier.WakeAt(start.InstanceId, at);
        }

        await WakeAsync(instance, cancellationToken);
        return true;
    }

    /// <summary>Writes down what has reached an instance, and lets its orchestrator take a turn.</summary>
    /// <param name="executionId">Only for this execution; null for whichever there is.</param>
    /// <returns>False when it tells the orchestrator nothing: an answer that it has, or one to an instance that has ended.</returns>
    public async Task<bool> DeliverAsync(
        string instanceId,
        string? executionId,
        Arrival arrival,
        CancellationToken cancellationToken = default
    )
    {
        var instance = Find(instanceId);
        using (await instance.EnterAsync(cancellationToken))
        {
            if (
                instance.State is not { } state
                || (executionId is not null && state.Start.ExecutionId != executionId)
                || !state.Accepts(arrival)
            )
            {
                return false;
            }

            await _store.AppendAsync(instanceId, arrival, cancellationToken);
            state.Apply(arrival);
        }

        await WakeAsync(instance, cancellationToken);
        return true;
    }

    /// <summary>Forgets an instance that has ended.</summary>
    public async Task<bool> PurgeAsync(string instanceId, CancellationToken cancellationToken)
    {
        var instance = Find(instanceId);
        using (await instance.EnterAsync(cancellationToken))
        {
            if (instance.State is not { IsFinished: true })
            {
                return false;
            }

            await _store.DeleteAsync(instanceId, cancellationToken);
            instance.Begin(null, goesOn: false);
            return true;
        }
    }

    /// <summary>Waits until <paramref name="condition"/> holds, asked again whenever an instance has changed.</summary>
    public async Task<T> WaitAsync<T>(Func<T?> condition, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (condition() is { } value)
            {
                return value;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Lets the orchestrator take a turn, if there is one to take.</summary>
    public async Task WakeAsync(Instance instance, CancellationToken cancellationToken)
    {
        Announce();
        using (await instance.EnterAsync(cancellationToken))
        {
            if (instance.IsTakingTurns || instance.State is not { } state || !state.IsTurnDue(Now) || _stopping.IsCancellationRequested)
            {
                return;
            }

            instance.IsTakingTurns = true;
        }

        _work.Run(() => TakeTurnsAsync(instance));
    }

    /// <summary>Begins no more work and cancels the activities.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        _carrier.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task TakeTurnsAsync(Instance instance)
    {
        try
        {
            while (await TakeTurnAsync(instance)) { }
        }
        catch
        {
            // The turn was not written: the next arrival, or the next start, takes it again. One that came meanwhile was left to us.
            using (await instance.EnterAsync(CancellationToken.None))
            {
                instance.IsTakingTurns = false;
            }

            throw;
        }
    }

    private async Task<bool> TakeTurnAsync(Instance instance)
    {
        RecordedHistory history;
        using (await instance.EnterAsync(CancellationToken.None))
        {
            if (_stopping.IsCancellationRequested || !instance.State!.IsTurnDue(Now))
            {
                instance.IsTakingTurns = false;
                return false;
            }

            history = instance.State.Snapshot();
            instance.Runs++;
        }

        var turn = _turns.Take(history, Now, () => Condemn(history.Start));
        OrchestrationState state;
        using (await instance.EnterAsync(CancellationToken.None))
        {
            state = turn.Outcome is ContinuedAsNew renewal ? await RenewAsync(instance, turn, renewal) : await WriteAsync(instance, turn);
        }

        Announce();
        await _carrier.CarryOutAsync(state, turn);
        return true;
    }

    private void Condemn(ExecutionStarted start) =>
        _work.Run(() =>
            DeliverAsync(start.InstanceId, start.ExecutionId, new OrchestratorViolation(Now, OrchestratorErrors.ForeignAwait(start)))
        );

    private async Task<OrchestrationState> WriteAsync(Instance instance, Turn turn)
    {
        await _store.AppendAsync(instance.Id, turn, CancellationToken.None);
        instance.State!.Apply(turn);
        return instance.State;
    }

    // The history begins anew. What arrived while the turn was taken and is an event goes along; other answers are to the old generation.
    private async Task<OrchestrationState> RenewAsync(Instance instance, Turn turn, ContinuedAsNew renewal)
    {
        var old = instance.State!;
        var late = old.Snapshot().Arrivals.Skip(turn.Arrivals).ToList();
        var start = old.Start with
        {
            At = turn.At,
            Input = renewal.Input,
            NotBefore = null,
            FirstTaskId = old.NextTaskId + turn.Decisions.Count,
            Carried = [.. renewal.Carried, .. late.OfType<EventRaised>()],
            Received = new Dictionary<string, int>(old.Received, StringComparer.Ordinal),
            LastDecisions = turn.Decisions,
        };
        await _store.BeginAsync(start, CancellationToken.None);
        _carrier.Forget(old);
        var state = new OrchestrationState(start);
        instance.Begin(state, goesOn: true);
        foreach (
            var arrival in late.Where(item =>
                item is Suspended or Resumed or TerminationRequested or OrchestratorViolation && state.Accepts(item)
            )
        )
        {
            await _store.AppendAsync(instance.Id, arrival, CancellationToken.None);
            state.Apply(arrival);
        }

        return state;
    }

    private void Announce() =>
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
