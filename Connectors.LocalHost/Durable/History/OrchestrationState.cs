using System.Text;
using Microsoft.DurableTask.Client;

namespace Connectors.LocalHost.Durable.History;

/// <summary>
/// What a history amounts to: a fold over its records, without clock, disk or threads. It says what is open, what may still arrive and
/// whether a turn is due; it does not know what the orchestrator would do.
/// </summary>
/// <remarks>Not thread-safe; the runner changes it under the instance's gate.</remarks>
internal sealed class OrchestrationState
{
    private readonly Dictionary<int, Decision> _open = [];
    private readonly Dictionary<string, int> _received;
    private List<Arrival> _arrivals = [];
    private List<Turn> _turns = [];

    public OrchestrationState(ExecutionStarted start)
    {
        Start = start;
        _received = new Dictionary<string, int>(start.Received ?? new Dictionary<string, int>(), StringComparer.Ordinal);
        NextTaskId = start.FirstTaskId;
        LastDecisions = start.LastDecisions ?? [];
        HasBegun = start.LastDecisions is not null;
        Keep(start);
        Weigh(start.Input);
    }

    public ExecutionStarted Start { get; }

    public Outcome? Outcome { get; private set; }

    public string? CustomStatus { get; private set; }

    public DateTime LastUpdatedAt { get; private set; }

    public int NextTaskId { get; private set; }

    /// <summary>Of the turn taken last: after a crash they may not have been carried out.</summary>
    public IReadOnlyList<Decision> LastDecisions { get; private set; }

    /// <summary>Records as the real service would count them: arrivals, decisions, and two more for each turn.</summary>
    public int EventCount { get; private set; }

    /// <summary>In bytes of UTF-8: the largest input, result, payload or status so far.</summary>
    public int LargestPayload { get; private set; }

    /// <summary>Activities called.</summary>
    public int Activities { get; private set; }

    /// <summary>The orchestrator has ended. It is never told anything again.</summary>
    public bool IsFinished => Outcome is not null;

    /// <summary>Activities, timers and sub-orchestrations that were asked for and have not answered.</summary>
    public IReadOnlyCollection<Decision> Open => _open.Values;

    /// <summary>What a process that died may not have carried out; all of it can be carried out again.</summary>
    public IReadOnlyList<Decision> Unfinished =>
        [
            .. (
                IsFinished
                    ? LastDecisions
                    : _open.Values.Concat(LastDecisions.Where(item => item is EventSent || item.TaskId < Start.FirstTaskId))
            ).OrderBy(item => item.TaskId),
        ];

    /// <summary>The highest task id received of each sending execution.</summary>
    public IReadOnlyDictionary<string, int> Received => _received;

    public OrchestrationRuntimeStatus Status =>
        Outcome switch
        {
            Completed => OrchestrationRuntimeStatus.Completed,
            Failed => OrchestrationRuntimeStatus.Failed,
            Terminated => OrchestrationRuntimeStatus.Terminated,
            _ when Suspension is not null => OrchestrationRuntimeStatus.Suspended,
            _ => HasBegun ? OrchestrationRuntimeStatus.Running : OrchestrationRuntimeStatus.Pending,
        };

    /// <summary>Why it is suspended, while it is.</summary>
    public Suspended? Suspension { get; private set; }

    private bool HasBegun { get; set; }

    private int Told { get; set; }

    /// <summary>Whether this still tells the orchestrator something: answers count once, and nothing reaches it after its end.</summary>
    public bool Accepts(Arrival arrival) =>
        !IsFinished
        && arrival switch
        {
            TaskCompleted done => _open.GetValueOrDefault(done.TaskId) is ActivityCalled or SubOrchestrationCalled,
            TaskFailed failed => _open.GetValueOrDefault(failed.TaskId) is ActivityCalled or SubOrchestrationCalled,
            TimerFired fired => _open.GetValueOrDefault(fired.TaskId) is TimerCreated,
            EventRaised { Sender: { } sender } => !_received.TryGetValue(sender.ExecutionId, out var highest) || sender.TaskId > highest,
            Suspended => Suspension is null,
            Resumed => Suspension is not null,
            ExecutionStarted => false,
            _ => true,
        };

    /// <summary>Whether the orchestrator has something to be told at <paramref name="now"/>.</summary>
    public bool IsTurnDue(DateTime now)
    {
        var news = _arrivals.Skip(Told).Where(item => item is not (Suspended or Resumed));
        var mayGoOn = Suspension is null && (HasBegun || Start.NotBefore is not { } start || start <= now);
        return !IsFinished && news.Any(item => mayGoOn || item is TerminationRequested or OrchestratorViolation);
    }

    /// <summary>Takes up the next record of the history.</summary>
    public void Apply(HistoryRecord record)
    {
        LastUpdatedAt = record.At;
        switch (record)
        {
            case Turn turn:
                Take(turn);
                break;
            case Arrival arrival:
                Keep(arrival);
                break;
            default:
                throw new InvalidOperationException($"A history holds no {record.GetType().Name}.");
        }
    }

    /// <summary>All of it, for a replay on another thread.</summary>
    public RecordedHistory Snapshot() => new(Start, [.. _arrivals], [.. _turns]);

    private void Keep(Arrival arrival)
    {
        LastUpdatedAt = arrival.At;
        _arrivals.Add(arrival);
        EventCount++;
        switch (arrival)
        {
            case TaskCompleted done:
                _open.Remove(done.TaskId);
                Weigh(done.Result);
                break;
            case TaskFailed failed:
                _open.Remove(failed.TaskId);
                break;
            case TimerFired fired:
                _open.Remove(fired.TaskId);
                break;
            case EventRaised raised:
                Weigh(raised.Payload);
                if (raised.Sender is { } sender)
                {
                    _received[sender.ExecutionId] = sender.TaskId;
                }

                break;
            case Suspended suspended:
                Suspension = suspended;
                break;
            case Resumed:
                Suspension = null;
                break;
        }
    }

    private void Take(Turn turn)
    {
        _turns.Add(turn);
        HasBegun = true;
        Told = turn.Arrivals;
        CustomStatus = turn.CustomStatus;
        LastDecisions = turn.Decisions;
        NextTaskId += turn.Decisions.Count;
        EventCount += turn.Decisions.Count + 2;
        Weigh(turn.CustomStatus);
        Activities += turn.Decisions.Count(decision => decision is ActivityCalled);
        foreach (var decision in turn.Decisions)
        {
            Weigh(
                decision switch
                {
                    ActivityCalled item => item.Input,
                    SubOrchestrationCalled item => item.Input,
                    EventSent item => item.Payload,
                    _ => null,
                }
            );
            if (decision is not EventSent)
            {
                _open.Add(decision.TaskId, decision);
            }
        }

        if (turn.Outcome is { } outcome)
        {
            Outcome = outcome;
            Weigh(
                outcome switch
                {
                    Completed item => item.Output,
                    Terminated item => item.Output,
                    _ => null,
                }
            );

            // Nobody replays it any more.
            (_arrivals, _turns) = ([], []);
            Told = 0;
        }
    }

    private void Weigh(string? payload) =>
        LargestPayload = Math.Max(LargestPayload, payload is null ? 0 : Encoding.UTF8.GetByteCount(payload));
}
