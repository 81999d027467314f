using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Connectors.LocalHost.Durable.History;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Connectors.LocalHost.Durable.Replay;

/// <summary>What an orchestrator sees during one run from its start. It collects what the orchestrator asks for, and holds it against the
/// history.</summary>
internal sealed class ReplayContext : TaskOrchestrationContext
{
    private readonly ExecutionStarted _start;
    private readonly DataConverter _converter;
    private readonly OrchestratorThread _thread;
    private readonly ExternalEvents _events;
    private readonly Dictionary<int, IOpenCall> _open = [];
    private readonly List<Decision> _decisions = [];
    private IReadOnlyList<Decision> _recorded = [];
    private DateTime _now;
    private int _nextTaskId;
    private int _guids;
    private bool _isReplaying;
    private object? _customStatus;

    public ReplayContext(ExecutionStarted start, DataConverter converter, OrchestratorThread thread, ILoggerFactory loggers)
    {
        (_start, _converter, _thread, LoggerFactory) = (start, converter, thread, loggers);
        _nextTaskId = start.FirstTaskId;
        _events = new ExternalEvents(converter);
    }

    private interface IOpenCall
    {
        void Complete(string? result);

        void Fail(Failure failure);
    }

    public override TaskName Name => new(_start.Name);

    public override string InstanceId => _start.InstanceId;

    public override ParentOrchestrationInstance? Parent =>
        _start.Parent is { } parent ? new ParentOrchestrationInstance(new TaskName(parent.Name), parent.InstanceId) : null;

    public override DateTime CurrentUtcDateTime => _now;

    public override bool IsReplaying => _isReplaying;

    /// <summary>The input of the next generation, once the orchestrator has asked for it.</summary>
    public (string? Input, bool KeepsEvents)? Renewal { get; private set; }

    /// <summary>Why the instance has to fail, whatever its code does.</summary>
    public Failure? Fault { get; private set; }

    /// <summary>What the orchestrator asked for in this turn.</summary>
    public IReadOnlyList<Decision> Decisions => _decisions;

    /// <summary>As it is at the end of a turn.</summary>
    public string? CustomStatus => _converter.Serialize(_customStatus);

    /// <summary>Events that were raised and not read.</summary>
    public IReadOnlyList<EventRaised> UnreadEvents => _events.Unread;

    /// <summary>Whether something can still wake the orchestrator.</summary>
    public bool CanGoOn => _open.Count > 0 || _events.IsWaiting;

    protected override ILoggerFactory LoggerFactory { get; }

    /// <summary>Begins the next turn of the history, or, without one, the new turn.</summary>
    public void BeginTurn(DateTime now, Turn? recorded)
    {
        _now = now;
        _isReplaying = recorded is not null;
        _recorded = recorded?.Decisions ?? [];
        _decisions.Clear();
    }

    /// <summary>After a turn of the history: everything in it must have been called again, and the orchestrator must wait for
    /// more.</summary>
    public void EndRecordedTurn(bool hasEnded)
    {
        if (_decisions.Count < _recorded.Count)
        {
            Fault ??= OrchestratorErrors.NotDeterministic(
                _start,
                _recorded[_decisions.Count].TaskId + 1,
                "missing",
                _recorded[_decisions.Count].Call
            );
        }
        else if (hasEnded)
        {
            Fault ??= OrchestratorErrors.NotDeterministic(_start, _nextTaskId + 1, "never made, as the orchestrator ends", "more turns");
        }
    }

    /// <summary>Tells the orchestrator, on its own thread, what has arrived.</summary>
    public void Tell(Arrival arrival)
    {
        switch (arrival)
        {
            case TaskCompleted done when _open.Remove(done.TaskId, out var call):
                call.Complete(done.Result);
                break;
            case TaskFailed failed when _open.Remove(failed.TaskId, out var call):
                call.Fail(failed.Failure);
                break;
            case TimerFired fired when _open.Remove(fired.TaskId, out var call):
                call.Complete(null);
                break;
            case EventRaised raised:
                _events.Raise(raised);
                break;
        }
    }

    public override T? GetInput<T>()
        where T : default
    {
        EnsureItsThread();
        return _converter.Deserialize<T>(_start.Input);
    }

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        EnsureItsThread();
        if (input is TaskOptions && options is null)
        {
            throw new ArgumentException(
                "Options were given in place of the activity's input. Name the parameter, options:, or give null as input.",
                nameof(input)
            );
        }

        var text = _converter.Serialize(input);
        return Retries.RunAsync(this, () => CallAsync<TResult>(id => new ActivityCalled(id, name.Name, text)), options?.Retry);
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName,
        object? input = null,
        TaskOptions? options = null
    )
    {
        EnsureItsThread();
        var text = _converter.Serialize(input);
        var instanceId = (options as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        return Retries.RunAsync(
            this,
            () => CallAsync<TResult>(id => new SubOrchestrationCalled(id, orchestratorName.Name, instanceId, text)),
            options?.Retry
        );
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        EnsureItsThread();
        return CallAsync<object>(id => new TimerCreated(id, fireAt.ToUniversalTime()), cancellationToken);
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        EnsureItsThread();
        return _events.WaitAsync<T>(eventName, cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        EnsureItsThread();
        Decide(new EventSent(_nextTaskId, instanceId, eventName, _converter.Serialize(payload)));
    }

    public override void SetCustomStatus(object? customStatus)
    {
        EnsureItsThread();
        _customStatus = customStatus;
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        EnsureItsThread();
        Renewal = (_converter.Serialize(newInput), preserveUnprocessedEvents);
    }

    public override Guid NewGuid()
    {
        EnsureItsThread();
        var seed = string.Create(CultureInfo.InvariantCulture, $"{_start.ExecutionId}_{_now:O}_{_start.FirstTaskId}_{_guids++}");
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(seed)).AsSpan(0, 16));
    }

    private Task<T> CallAsync<T>(Func<int, Decision> decide, CancellationToken cancellationToken = default)
    {
        var decision = decide(_nextTaskId);
        var call = new OpenCall<T>(decision, _converter);
        _open.Add(decision.TaskId, call);
        Decide(decision);
        cancellationToken.Register(() =>
        {
            if (_open.Remove(decision.TaskId))
            {
                call.Source.TrySetCanceled(cancellationToken);
            }
        });
        return call.Source.Task;
    }

    private void Decide(Decision decision)
    {
        var index = _decisions.Count;
        if (_isReplaying && (index >= _recorded.Count || _recorded[index].Call != decision.Call))
        {
            Fault ??= OrchestratorErrors.NotDeterministic(
                _start,
                decision.TaskId + 1,
                decision.Call,
                index < _recorded.Count ? _recorded[index].Call : "no call"
            );
        }

        _decisions.Add(decision);
        _nextTaskId++;
    }

    private void EnsureItsThread()
    {
        if (!_thread.IsCurrent)
        {
            throw new InvalidOperationException(OrchestratorErrors.WrongThread(_start));
        }
    }

    private sealed class OpenCall<T>(Decision decision, DataConverter converter) : IOpenCall
    {
        public TaskCompletionSource<T> Source { get; } = new();

        public void Complete(string? result)
        {
            try
            {
                Source.TrySetResult(converter.Deserialize<T>(result)!);
            }
#pragma warning disable CA1031 // Whatever the converter throws is for the one who called.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Source.TrySetException(e);
            }
        }

        public void Fail(Failure failure) =>
            Source.TrySetException(
                new CallFailedException(
                    decision switch
                    {
                        ActivityCalled item => item.Name,
                        SubOrchestrationCalled item => item.Name,
                        _ => decision.Call,
                    },
                    decision.TaskId,
                    failure
                )
            );
    }
}
