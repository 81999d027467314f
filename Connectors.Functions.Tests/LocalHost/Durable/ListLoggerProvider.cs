using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Connectors.Tests.LocalHost.Durable;

/// <summary>Keeps what was logged.</summary>
internal sealed class ListLoggerProvider : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Category, LogLevel Level, string Line)> _lines = new();

    private readonly ConcurrentQueue<string> _failures = new();

    /// <summary>What one category logged, of this level and above.</summary>
    public IReadOnlyList<string> Lines(string category, LogLevel level = LogLevel.Trace) =>
        [.. _lines.Where(item => item.Category == category && item.Level >= level).Select(item => item.Line)];

    /// <summary>Everything, with what belongs to it.</summary>
    public IReadOnlyList<string> All => [.. _lines.Select(item => item.Line), .. _failures];

    public ILogger CreateLogger(string categoryName) => new ListLogger(this, categoryName);

    public void Dispose() { }

    private sealed class ListLogger(ListLoggerProvider owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            owner._lines.Enqueue((category, logLevel, formatter(state, exception)));
            if (exception is not null)
            {
                owner._failures.Enqueue(exception.ToString());
            }
        }
    }
}
