using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service.Polling;

/// <summary>
/// Repeats a poll until stopped. A failed poll is repeated after the pause; too many failures within a time span end the service.
/// </summary>
internal sealed class PollLoop(int maxErrors, TimeSpan maxErrorsSpan, TimeProvider timeProvider, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly Queue<DateTimeOffset> _errors = [];

    /// <summary>Repeats <paramref name="round"/> with pauses of <paramref name="pause"/>.</summary>
    /// <exception cref="ConnectorException">Too many polls failed (of all loops that this object runs).</exception>
    public async Task RunAsync(string name, TimeSpan pause, PollSignal wakeup, Func<CancellationToken, Task> round, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await round(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (ConnectorException exception)
            {
                ServiceLog.RoundFailed(logger, name, LogSeconds.Of(pause), exception.Message);
                Count(exception);
            }
            catch (Exception exception)
            {
                ServiceLog.RoundBroke(logger, Redactor.Redact(exception), name, UnexpectedError.IdOf(exception));
                Count(exception);
            }

            await wakeup.PauseAsync(pause, stop);
        }
    }

    private void Count(Exception exception)
    {
        lock (_lock)
        {
            var now = timeProvider.GetUtcNow();
            _errors.Enqueue(now);
            while (_errors.TryPeek(out var oldest) && now - oldest > maxErrorsSpan)
            {
                _errors.Dequeue();
            }

            if (_errors.Count > maxErrors)
            {
                var last = exception is ConnectorException known ? known.Message : UnexpectedError.Message(exception);
                throw new ConnectorException(
                    $"The service ends, because more than {Quantity.Of(maxErrors, "poll")} failed within "
                        + $"{Quantity.Of(maxErrorsSpan.TotalSeconds, "second")} (service.max_errors, service.max_errors_span). "
                        + $"The last failure: {last}"
                );
            }
        }
    }
}
