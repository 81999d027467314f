using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Content.Extraction;

/// <summary>
/// A bounded pool of extraction processes. They are started on demand, reused, and ended after being idle for a while. Safe for concurrent
/// use.
/// </summary>
internal sealed class ExtractionPool : IAsyncDisposable
{
    /// <summary>A process is replaced after this many files, in case its libraries leak memory.</summary>
    internal const int FilesPerProcess = 1000;

    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _places;
    private readonly Stack<(ExtractionProcess Process, long Since)> _idle = [];
    private readonly LocalExtractionOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _sweeper;
    private readonly ILogger _logger;
    private ExtractionConfinement? _told;
    private volatile bool _wasConfined;
    private bool _isDisposed;

    public ExtractionPool(LocalExtractionOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _places = new SemaphoreSlim(options.Processes);
        _sweeper = time.CreateTimer(_ => Sweep(), null, IdleLimit, IdleLimit);
    }

    /// <summary>
    /// Waits for a free slot and takes a process, an idle one if available. It goes back with <see cref="ReturnAsync"/> or
    /// <see cref="DiscardAsync"/>.
    /// </summary>
    /// <exception cref="ConnectorException">None can be started.</exception>
    public async Task<ExtractionProcess> TakeAsync(CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            lock (_lock)
            {
                if (_idle.TryPop(out var warm))
                {
                    return warm.Process;
                }
            }

            var process = await StartAsync(_options, mayBeUnconfined: !_wasConfined, _time, cancellationToken);
            Tell(process.Confinement);
            return process;
        }
        catch
        {
            _places.Release();
            throw;
        }
    }

    /// <summary>Starts a process that belongs to no pool; the caller disposes it.</summary>
    /// <param name="options">What it is.</param>
    /// <param name="mayBeUnconfined">Whether one that does not start is started without confinement.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ConnectorException">It does not start.</exception>
    public static Task<ExtractionProcess> StartAsync(
        LocalExtractionOptions options,
        bool mayBeUnconfined,
        TimeProvider time,
        CancellationToken cancellationToken
    ) =>
        ExtractionProcess.StartAsync(
            options.Command ?? ExtractionCommand.Find(),
            options.MemoryLimitBytes,
            mayBeUnconfined,
            time,
            cancellationToken
        );

    /// <summary>Gives back a process that answered.</summary>
    public async Task ReturnAsync(ExtractionProcess process)
    {
        lock (_lock)
        {
            if (!_isDisposed && process.FilesRead < FilesPerProcess)
            {
                _idle.Push((process, _time.GetTimestamp()));
                _places.Release();
                return;
            }
        }

        await DiscardAsync(process);
    }

    /// <summary>Ends a process that is of no further use.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> DiscardAsync(ExtractionProcess process)
    {
        try
        {
            var exitCode = await process.ExitCodeAsync();
            await process.DisposeAsync();
            return exitCode;
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Ends the processes that do nothing; the others end when they are given back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sweeper.DisposeAsync();
        List<ExtractionProcess> idle;
        lock (_lock)
        {
            _isDisposed = true;
            idle = [.. _idle.Select(item => item.Process)];
            _idle.Clear();
        }

        foreach (var process in idle)
        {
            await process.DisposeAsync();
        }
    }

    /// <summary>Logs what confines the processes: once, unless one is confined in another way than the one before.</summary>
    private void Tell(ExtractionConfinement confinement)
    {
        if (confinement != ExtractionConfinement.None)
        {
            _wasConfined = true;
        }

        lock (_lock)
        {
            if (_told == confinement)
            {
                return;
            }

            _told = confinement;
        }

        if (confinement.Missing() is { } missing)
        {
            ContentLog.NotConfined(_logger, missing);
        }
        else
        {
            ContentLog.Confined(_logger);
        }
    }

    private void Sweep()
    {
        List<ExtractionProcess> ended = [];
        lock (_lock)
        {
            var kept = _idle.Where(item => _time.GetElapsedTime(item.Since) < IdleLimit).Reverse().ToArray();
            ended.AddRange(_idle.Select(item => item.Process).Except(kept.Select(item => item.Process)));
            _idle.Clear();
            foreach (var item in kept)
            {
                _idle.Push(item);
            }
        }

        foreach (var process in ended)
        {
            _ = process.DisposeAsync().AsTask();
        }
    }
}
