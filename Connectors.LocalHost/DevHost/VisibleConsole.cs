using Connectors.Sync.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Connectors.LocalHost.DevHost;

/// <summary>A log of one line for each message, in which nothing that came from elsewhere begins another line or moves the
/// cursor.</summary>
internal sealed class VisibleConsole() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "visible";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var word = logEntry.LogLevel switch
        {
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            LogLevel.Error => "fail",
            LogLevel.Critical => "crit",
            _ => "dbug",
        };
        var failure = logEntry.Exception is { } exception
            ? $" {VisibleText.Of(exception.ToString().ReplaceLineEndings(" "))}"
            : string.Empty;
        textWriter.WriteLine(
            $"{word}: {logEntry.Category}[{logEntry.EventId.Id}] "
                + $"{VisibleText.Of(logEntry.Formatter(logEntry.State, logEntry.Exception))}{failure}"
        );
    }
}
