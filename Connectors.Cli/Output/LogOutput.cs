using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Connectors.Cli.Output;

/// <summary>
/// The log: lines on standard error, as text or as JSON. While a live table is shown, lines wait and are written above it.
/// </summary>
internal sealed class LogOutput : ILoggerProvider
{
    private readonly CliEnvironment _environment;
    private readonly bool _json;
    private readonly Lock _lock = new();
    private readonly ConcurrentQueue<string> _waiting = new();
    private bool _isHeld;

    public LogOutput(CliEnvironment environment, LogLevel level, bool json)
    {
        _environment = environment;
        _json = json;
        Factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(level).AddProvider(this));
    }

    /// <summary>Makes loggers that write here.</summary>
    public ILoggerFactory Factory { get; }

    /// <summary>Keeps lines back, for <see cref="Release"/> or <see cref="TakeHeld"/>.</summary>
    public void Hold()
    {
        lock (_lock)
        {
            _isHeld = true;
        }
    }

    /// <summary>The lines kept back so far.</summary>
    public IEnumerable<string> TakeHeld()
    {
        while (_waiting.TryDequeue(out var line))
        {
            yield return line;
        }
    }

    /// <summary>Writes what was kept back, and everything from now on.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _isHeld = false;
            foreach (var line in TakeHeld())
            {
                EscapingWriter.WriteLines(_environment.Error, line);
            }
        }
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <inheritdoc/>
    public void Dispose() => Release();

    private void Write(string line)
    {
        lock (_lock)
        {
            if (_isHeld)
            {
                _waiting.Enqueue(line);
                return;
            }

            EscapingWriter.WriteLines(_environment.Error, line);
            _environment.Error.Flush();
        }
    }

    private sealed class Logger(LogOutput output, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            var line = new LogLine(
                output._environment.TimeProvider.GetUtcNow(),
                logLevel,
                category,
                eventId,
                formatter(state, exception),
                exception
            );
            output.Write(output._json ? line.ToJson(state as IEnumerable<KeyValuePair<string, object?>> ?? []) : line.ToText());
        }
    }
}
