using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Connectors.Abstractions;

namespace Connectors.Sync.Bulk;

/// <summary>The limits of rejected documents above which a job fails. The defaults are those of Elastic's own service.</summary>
internal sealed record RejectionLimits
{
    /// <summary>Maximum number of rejected documents in one sync. Default 1,000.</summary>
    [Range(0, int.MaxValue)]
    public int MaxTotal { get; init; } = 1_000;

    /// <summary>Maximum number of consecutive rejected documents. Default 10.</summary>
    [Range(1, int.MaxValue)]
    public int MaxConsecutive { get; init; } = 10;

    /// <summary>Maximum share of rejected documents among the last <see cref="Window"/>, 0 to 1. Default 0.15.</summary>
    [Range(0.0, 1.0)]
    public double MaxRate { get; init; } = 0.15;

    /// <summary>Number of documents that <see cref="MaxRate"/> looks at. Default 100.</summary>
    [Range(1, 100_000)]
    public int Window { get; init; } = 100;
}

/// <summary>Checks the outcome of every written document against <see cref="RejectionLimits"/>. Safe for concurrent use.</summary>
internal sealed class RejectionMonitor(RejectionLimits limits)
{
    private readonly Lock _lock = new();
    private readonly bool[] _window = new bool[limits.Window];
    private int _next;
    private int _filled;
    private int _inWindow;
    private int _consecutive;
    private long _total;

    /// <summary>Adds the rejected documents of an earlier run of the same sync.</summary>
    public void Resume(long total)
    {
        lock (_lock)
        {
            _total += total;
        }
    }

    /// <summary>The state to resume from elsewhere, without the total.</summary>
    public RejectionWindow Run
    {
        get
        {
            lock (_lock)
            {
                // From the oldest document of the window to the newest.
                var first = _filled == _window.Length ? _next : 0;
                var last = Enumerable.Range(0, _filled).Select(place => _window[(first + place) % _window.Length] ? '1' : '0');
                return new RejectionWindow(_consecutive, string.Concat(last));
            }
        }
    }

    /// <summary>Resumes after <paramref name="run"/>.</summary>
    public void Resume(RejectionWindow run)
    {
        lock (_lock)
        {
            foreach (var outcome in run.Window)
            {
                Push(outcome == '1');
            }

            _consecutive = run.Consecutive;
        }
    }

    /// <summary>Records written documents.</summary>
    public void Written()
    {
        lock (_lock)
        {
            _consecutive = 0;
            Push(false);
        }
    }

    /// <summary>Records a rejected document.</summary>
    /// <exception cref="ConnectorException">A limit is exceeded; the message names it and the last reason.</exception>
    public void Rejected(Rejection rejection)
    {
        lock (_lock)
        {
            _total++;
            _consecutive++;
            Push(true);
            var broken =
                _total > limits.MaxTotal
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Quantity.Of(_total, "document")} in all (max_total_errors {limits.MaxTotal:N0})"
                    )
                : _consecutive > limits.MaxConsecutive
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"{_consecutive:N0} in a row (max_consecutive_errors {limits.MaxConsecutive:N0})"
                    )
                : _filled == limits.Window && _inWindow > limits.MaxRate * limits.Window
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"{_inWindow:N0} of the last {limits.Window:N0} (max_error_rate {limits.MaxRate:0.##})"
                    )
                : null;
            if (broken is not null)
            {
                throw new ConnectorException(
                    $"Too many documents were rejected: {broken}. Last one: '{rejection.Id}': {rejection.Type}: {rejection.Reason}"
                );
            }
        }
    }

    private void Push(bool rejected)
    {
        _inWindow += (rejected ? 1 : 0) - (_window[_next] ? 1 : 0);
        _window[_next] = rejected;
        _next = (_next + 1) % _window.Length;
        _filled = Math.Min(_filled + 1, _window.Length);
    }
}

/// <summary>The outcome of the last documents.</summary>
/// <param name="Consecutive">Number of consecutive rejections at the end.</param>
/// <param name="Window">The last ones, the newest at the end: <c>1</c> for one that was rejected, else <c>0</c>.</param>
internal sealed record RejectionWindow(int Consecutive, string Window);
