using System.Runtime.InteropServices;

namespace Connectors.Cli.Hosting;

/// <summary>
/// Ctrl-C, SIGTERM and SIGQUIT in two steps: the first asks for an orderly stop (finish the page in flight, suspend the jobs), the second
/// ends the process at once. SIGHUP is a first step only.
/// </summary>
internal sealed class ShutdownSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _now = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Action<int> _exit;
    private int _count;

    /// <summary>Listens to this process's signals.</summary>
    public ShutdownSignals()
        : this(Environment.Exit)
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
                {
                    context.Cancel = true;
                    Signal();
                }));
        }

        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                HangUp();
            }));
    }

    /// <summary>Listens to nothing; <see cref="Signal"/> is called instead.</summary>
    /// <param name="exit">Ends the process with a code.</param>
    internal ShutdownSignals(Action<int> exit) => _exit = exit;

    /// <summary>Cancelled by the first signal: stop in an orderly way.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled by the second: stop at once.</summary>
    public CancellationToken Now => _now.Token;

    /// <summary>What SIGHUP does. When a session ends, its shell and the system send one each: the second of them is not
    /// impatience.</summary>
    internal void HangUp()
    {
        if (Volatile.Read(ref _count) == 0)
        {
            Signal();
        }
    }

    /// <summary>What a signal does.</summary>
    internal void Signal()
    {
        try
        {
            if (Interlocked.Increment(ref _count) == 1)
            {
                _stop.Cancel();
                return;
            }

            // Whatever is kept of running syncs was written at their last finished pages; nothing is lost by leaving now.
            _now.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The command is over, and the process ends by itself.
            return;
        }

        _exit(ExitCode.Interrupted);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
        _now.Dispose();
    }
}
