using System.Text.Json.Nodes;
using Connectors.Sync;
using Microsoft.Extensions.Logging;

namespace Connectors.Cli.Output;

/// <summary>One line of the log.</summary>
internal sealed record LogLine(DateTimeOffset Time, LogLevel Level, string Category, EventId Event, string Message, Exception? Exception)
{
    private string Word => Level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARNING",
        LogLevel.Error => "ERROR",
        _ => "CRITICAL",
    };

    /// <summary>For people. The stack of an expected failure says nothing to them.</summary>
    public string ToText()
    {
        var line = $"{Time:HH:mm:ss} {Word,-8} {Message}";
        return Exception is null or ConnectorException ? line : $"{line}{Environment.NewLine}{Exception}";
    }

    /// <summary>For machines: the names of the Elastic Common Schema; the message's parameters under <c>labels</c>.</summary>
    public string ToJson(IEnumerable<KeyValuePair<string, object?>> values)
    {
        var line = new JsonObject
        {
            ["@timestamp"] = Time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ"),
            ["log.level"] = Word.ToLowerInvariant(),
            ["log.logger"] = Category,
            ["message"] = Message,
        };
        if (Event.Name is { } name)
        {
            line["event.action"] = name;
        }

        foreach (var (key, value) in values.Where(pair => pair.Key != "{OriginalFormat}"))
        {
            line[$"labels.{key}"] = value switch
            {
                int or long or double or bool => JsonValue.Create(value),
                _ => value?.ToString(),
            };
        }

        if (Exception is not null)
        {
            line["error.type"] = Exception.GetType().FullName;
            line["error.message"] = Exception.Message;
            if (Exception is not ConnectorException)
            {
                line["error.stack_trace"] = Exception.ToString();
            }
        }

        return line.ToJsonString(JsonLine.Options);
    }
}
