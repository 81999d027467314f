using Connectors.Abstractions;
using Microsoft.Extensions.Logging;

namespace Connectors.LocalHost.Durable;

/// <summary>Counts background work, and reports when there is none.</summary>
internal sealed class PendingWork(ILogger logger)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _quiet = Completed();
    private int _count;

    /// <summary>Runs <paramref name="work"/> on the thread pool. What it throws is logged, except a cancellation.</summary>
    public void Run(Func<Task> work)
    {
        lock (_gate)
        {
            if (_count++ == 0)
            {
                _quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        _ = Task.Run(async () =>
        {
            try
            {
                await work();
            }
            catch (OperationCanceledException)
            {
                // The host ends.
            }
#pragma warning disable CA1031 // The last place where it can be seen.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.LogError(Redactor.Redact(e), "The local host failed internally: {Message}", Redactor.Redact(e.Message));
            }
            finally
            {
                End();
            }
        });
    }

    /// <summary>Comes back when nothing goes on: everything waits for a clock, an event or a call from outside.</summary>
    public Task WhenQuietAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _quiet.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private void End()
    {
        lock (_gate)
        {
            if (--_count == 0)
            {
                _quiet.SetResult();
            }
        }
    }
}
