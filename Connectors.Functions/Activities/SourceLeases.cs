using Connectors.Abstractions;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Retries;
using Connectors.Sync.Service;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging;

namespace Connectors.Functions.Activities;

/// <summary>
/// Sources that stay open between the steps that read a partition, with what they have under way: a source that can only enumerate would
/// else be enumerated from its first document at every step. Bounded in number and time; a step that finds none opens a new one. Safe for
/// concurrent use.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="logger">Is told of sources that can't be disposed.</param>
internal sealed class SourceLeases(TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>Sources that wait for their next step; beyond that the one that has waited longest goes.</summary>
    internal const int MaxWaiting = 16;

    /// <summary>How long one waits for its next step.</summary>
    internal static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (IDataSource Source, long Since)> _waiting = new(StringComparer.Ordinal);
    private readonly HashSet<SourceLease> _underWay = [];
    private ITimer? _sweep;
    private bool _isDisposed;

    /// <summary>Takes the source that a step of the same work left, so that nobody else has it, or opens one.</summary>
    /// <param name="key">The work: a partition of a plan of a job.</param>
    /// <param name="open">Makes the source.</param>
    public SourceLease Take(string key, Func<IDataSource> open)
    {
        lock (_lock)
        {
            if (_waiting.Remove(key, out var kept))
            {
                return Begin(kept.Source);
            }
        }

        var opened = open();
        lock (_lock)
        {
            return Begin(opened);
        }

        SourceLease Begin(IDataSource source)
        {
            var lease = new SourceLease(this, key, source);
            _underWay.Add(lease);
            return lease;
        }
    }

    /// <summary>The longest wait of a source of a job, of those that steps in this process ask now; <see langword="null"/> when none
    /// does.</summary>
    public SourceWait? WaitOf(string jobId)
    {
        lock (_lock)
        {
            return _underWay
                .Where(lease => IsOf(lease.Key, jobId))
                .Select(lease => SourceWait.Within(lease.Source))
                .MaxBy(wait => wait?.Until);
        }
    }

    /// <summary>Disposes the sources that wait for steps of a job.</summary>
    public Task ForgetAsync(string jobId) => DisposeAsync(RemoveAll(pair => IsOf(pair.Key, jobId)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _sweep?.Dispose();
        }

        await DisposeAsync(RemoveAll(_ => true));
    }

    /// <summary>A step has ended.</summary>
    internal void End(SourceLease lease)
    {
        lock (_lock)
        {
            _underWay.Remove(lease);
        }
    }

    /// <summary>Keeps a source for the next step.</summary>
    internal async Task KeepAsync(string key, IDataSource source)
    {
        List<IDataSource> dropped = [];
        lock (_lock)
        {
            if (_isDisposed)
            {
                dropped.Add(source);
            }
            else
            {
                // Of two executions of a step the later one is the one that is gone on from.
                if (_waiting.Remove(key, out var other))
                {
                    dropped.Add(other.Source);
                }

                _waiting[key] = (source, time.GetTimestamp());
                _sweep ??= time.CreateTimer(_ => Sweep(), null, MaxWait, MaxWait / 5);
                if (_waiting.Count > MaxWaiting)
                {
                    var oldest = _waiting.MinBy(pair => pair.Value.Since);
                    _waiting.Remove(oldest.Key);
                    dropped.Add(oldest.Value.Source);
                }
            }
        }

        await DisposeAsync(dropped);
    }

    /// <summary>Disposes sources; one that hangs is left behind.</summary>
    internal async Task DisposeAsync(IReadOnlyList<IDataSource> sources)
    {
        foreach (var source in sources)
        {
            var disposing = Task.Run(async () => await source.DisposeAsync());
            try
            {
                await disposing.WaitAsync(SourceCalls.Patience, time);
            }
            catch (Exception failure)
            {
                FaultySource.Note(source, failure);

                // Its step has done its work, or failed with a better reason.
                OrchestrationLog.SourceLeft(
                    logger,
                    source.Description.Name,
                    disposing.IsCompleted ? UnexpectedError.Message(failure) : "it takes too long"
                );
                _ = disposing.ContinueWith(
                    static late => late.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default
                );
            }
        }
    }

    private static bool IsOf(string key, string jobId) => key.StartsWith(jobId + "/", StringComparison.Ordinal);

    private void Sweep() => _ = DisposeAsync(RemoveAll(pair => time.GetElapsedTime(pair.Value.Since) >= MaxWait));

    private List<IDataSource> RemoveAll(Func<KeyValuePair<string, (IDataSource Source, long Since)>, bool> isOver)
    {
        lock (_lock)
        {
            var over = _waiting.Where(isOver).ToList();
            over.ForEach(pair => _waiting.Remove(pair.Key));
            return over.ConvertAll(pair => pair.Value.Source);
        }
    }
}

/// <summary>A source that a step has for itself. Disposed with it, unless it is kept for the next one.</summary>
internal sealed class SourceLease(SourceLeases leases, string key, IDataSource source) : IAsyncDisposable
{
    private bool _isKept;

    /// <summary>The work.</summary>
    public string Key => key;

    /// <summary>The source.</summary>
    public IDataSource Source => source;

    /// <summary>Keeps the source for the next step of the same work.</summary>
    public void Keep() => _isKept = true;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        leases.End(this);
        if (_isKept)
        {
            await leases.KeepAsync(key, source);
        }
        else
        {
            await leases.DisposeAsync([source]);
        }
    }
}
