using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Connectors.Tests.LocalHost.Durable;

/// <summary>Keeps what was logged.</summary>
internal sealed class ListLoggerProvider : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Category, string Line)> _lines = new();

    private readonly ConcurrentQueue<string> _failures = new();

    public IReadOnlyList<string> Lines(string category) => [.. _lines.Where(item => item.Category == category).Select(item => item.Line)];

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
            owner._lines.Enqueue((category, formatter(state, exception)));
            if (exception is not null)
            {
                owner._failures.Enqueue(exception.ToString());
            }
        }
    }
}
