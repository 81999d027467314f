using Microsoft.Extensions.Logging;

namespace Connectors.Cli.Output;

/// <summary>The log: lines on standard error, as text or as JSON.</summary>
internal sealed class LogOutput : ILoggerProvider, ISupportExternalScope
{
    private readonly CliEnvironment _environment;
    private readonly bool _json;
    private readonly bool _hasDates;
    private readonly Lock _lock = new();
    private IExternalScopeProvider? _scopes;

    public LogOutput(CliEnvironment environment, LogLevel level, bool json, bool hasDates = false)
    {
        _environment = environment;
        _json = json;
        _hasDates = hasDates;

        // Made here: a service container for one provider takes longer than all the rest of a start of the log.
        Factory = new LoggerFactory([this], new LoggerFilterOptions { MinLevel = level });
    }

    /// <summary>Makes loggers that write here.</summary>
    public ILoggerFactory Factory { get; }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <inheritdoc/>
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <inheritdoc/>
    public void Dispose()
    {
        // Every line is written at once.
    }

    private void Write(string line)
    {
        lock (_lock)
        {
            // At once, and not in two parts: a live table may be drawn again after each of them.
            _environment.Error.Write(line + _environment.Error.NewLine);
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
            var time = output._environment.TimeProvider.GetUtcNow();
            string text;
            try
            {
                var line = new LogLine(time, logLevel, category, eventId, formatter(state, exception), exception);
                text = Text(line, state as IEnumerable<KeyValuePair<string, object?>> ?? []);
            }
            catch (Exception failure)
            {
                var instead = $"Event {eventId.Name ?? eventId.ToString()} can't be shown: {failure.GetType().Name}.";
                text = Text(new LogLine(time, logLevel, category, eventId, instead, null), []);
            }

            try
            {
                output.Write(text);
            }
            catch (Exception)
            {
                // That nobody reads the output any more must not end what it tells of: the logger factory would throw it on into a sync.
            }
        }

        private string Text(LogLine line, IEnumerable<KeyValuePair<string, object?>> values) =>
            output._json ? line.ToJson(WithScopes(values)) : line.ToText(output._hasDates);

        /// <summary>The values, and after them those of what the message is a part of, such as a sync.</summary>
        private List<KeyValuePair<string, object?>> WithScopes(IEnumerable<KeyValuePair<string, object?>> values)
        {
            var all = values.ToList();
            output._scopes?.ForEachScope(
                static (scope, all) =>
                {
                    if (scope is IEnumerable<KeyValuePair<string, object?>> more)
                    {
                        all.AddRange([.. more.Where(value => all.TrueForAll(known => known.Key != value.Key))]);
                    }
                },
                all
            );
            return all;
        }
    }
}
