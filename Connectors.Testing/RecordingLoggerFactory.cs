using System.Text;
using Microsoft.Extensions.Logging;

namespace Connectors.Testing;

/// <summary>Keeps everything that is logged, at every level. Safe for concurrent use.</summary>
internal sealed class RecordingLoggerFactory : ILoggerFactory
{
    private readonly StringBuilder _text = new();

    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => new Recorder(_text);

    public void AddProvider(ILoggerProvider provider) { }

    public void Dispose() { }

    private sealed class Recorder(StringBuilder text) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            Add(state.ToString());
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Add($"{logLevel} {formatter(state, exception)} {exception}");

        private void Add(string? line)
        {
            lock (text)
            {
                text.AppendLine(line);
            }
        }
    }
}
