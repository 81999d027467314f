using Connectors.LocalHost.Durable.History;
using Microsoft.DurableTask;

namespace Connectors.LocalHost.Durable.Replay;

/// <summary>
/// Events of one orchestrator, by name without regard to case. As in the real service, an event that nobody waits for is kept, first in,
/// first out; one that several wait for goes to the last who began to wait, even when that one has given up meanwhile.
/// </summary>
internal sealed class ExternalEvents(DataConverter converter)
{
    private readonly Dictionary<string, Stack<IWaiter>> _waiting = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<EventRaised> _unread = [];

    private interface IWaiter
    {
        bool IsWaiting { get; }

        void Give(string? payload);
    }

    /// <summary>Raised and not read, in order.</summary>
    public IReadOnlyList<EventRaised> Unread => _unread;

    /// <summary>Whether somebody waits who has not given up.</summary>
    public bool IsWaiting => _waiting.Values.Any(stack => stack.Any(item => item.IsWaiting));

    public Task<T> WaitAsync<T>(string name, CancellationToken cancellationToken)
    {
        var waiter = new Waiter<T>(converter);
        cancellationToken.Register(() => waiter.Source.TrySetCanceled(cancellationToken));
        var index = _unread.FindIndex(item => string.Equals(item.Name, name, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
        {
            waiter.Give(_unread[index].Payload);
            _unread.RemoveAt(index);
        }
        else if (_waiting.TryGetValue(name, out var stack))
        {
            stack.Push(waiter);
        }
        else
        {
            _waiting.Add(name, new Stack<IWaiter>([waiter]));
        }

        return waiter.Source.Task;
    }

    public void Raise(EventRaised raised)
    {
        if (_waiting.TryGetValue(raised.Name, out var stack) && stack.TryPop(out var waiter))
        {
            waiter.Give(raised.Payload);
        }
        else
        {
            _unread.Add(raised);
        }
    }

    private sealed class Waiter<T>(DataConverter converter) : IWaiter
    {
        public TaskCompletionSource<T> Source { get; } = new();

        public bool IsWaiting => !Source.Task.IsCompleted;

        public void Give(string? payload)
        {
            try
            {
                Source.TrySetResult(converter.Deserialize<T>(payload)!);
            }
#pragma warning disable CA1031 // Whatever the converter throws is for the one who waits.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Source.TrySetException(e);
            }
        }
    }
}
