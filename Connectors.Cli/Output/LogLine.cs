using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Connectors.Cli.Output;

/// <summary>One line of the log.</summary>
internal sealed record LogLine(DateTimeOffset Time, LogLevel Level, string Category, EventId Event, string Message, Exception? Exception)
{
    private string Word =>
        Level switch
        {
            LogLevel.Trace or LogLevel.Debug => "DEBUG",
            LogLevel.Information => "INFO",
            LogLevel.Warning => "WARNING",
            LogLevel.Error => "ERROR",
            _ => "CRITICAL",
        };

    /// <summary>For people. The stack of an expected failure says nothing to them.</summary>
    public string ToText(bool hasDate = false)
    {
        // One line a message, whatever is in it; what follows it is set in, so that it can't pass for another one.
        var time = Time.ToUniversalTime().ToString(hasDate ? "yyyy-MM-ddTHH:mm:ssZ" : "HH:mm:ss", CultureInfo.InvariantCulture);
        var line = $"{time} {Word,-8} {VisibleText.Of(Redactor.Redact(Message))}";
        return Exception is null or ConnectorException
            ? line
            : string.Join(
                Environment.NewLine,
                Redactor
                    .Redact(Exception.ToString())
                    .ReplaceLineEndings("\n")
                    .Split('\n')
                    .Select(part => $"    {VisibleText.Of(part)}")
                    .Prepend(line)
            );
    }

    /// <summary>For machines: the names of the Elastic Common Schema; the message's parameters under <c>labels</c>.</summary>
    public string ToJson(IEnumerable<KeyValuePair<string, object?>> values)
    {
        var line = new JsonObject
        {
            ["@timestamp"] = Time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ"),
            ["log.level"] = Word.ToLowerInvariant(),
            ["log.logger"] = Category,
            ["message"] = Redactor.Redact(Message),
        };
        if (Event.Name is { } name)
        {
            line["event.action"] = name;
        }

        foreach (var (key, value) in values.Where(pair => pair.Key != "{OriginalFormat}"))
        {
            line[$"labels.{key}"] = Label(value);
        }

        if (Exception is not null)
        {
            line["error.type"] = Exception.GetType().FullName;
            line["error.message"] = Redactor.Redact(Exception.Message);
            if (Exception is not ConnectorException)
            {
                line["error.stack_trace"] = Redactor.Redact(Exception.ToString());
            }
        }

        return line.ToJsonString(JsonLine.Options);
    }

    /// <summary>A parameter of a message, of any type: numbers and switches as such, several values as a list, all else as
    /// text.</summary>
    private static JsonNode? Label(object? value) =>
        value switch
        {
            null => null,
            bool flag => JsonValue.Create(flag),
            string text => JsonValue.Create(Redactor.Redact(text)),

            // Each by its type: a value whose type is known only at run time would be left to a serializer.
            byte or sbyte or short or ushort or int or uint or long => JsonValue.Create(
                Convert.ToInt64(value, CultureInfo.InvariantCulture)
            ),
            ulong number => JsonValue.Create(number),
            decimal number => JsonValue.Create(number),
            double number when double.IsFinite(number) => JsonValue.Create(number),
            float number when float.IsFinite(number) => JsonValue.Create(number),
            DateTime or DateTimeOffset => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
            IFormattable formattable => Redactor.Redact(formattable.ToString(null, CultureInfo.InvariantCulture)),
            IEnumerable several and not JsonNode => new JsonArray([.. several.Cast<object?>().Select(Label)]),
            _ => value.ToString() is { } text ? JsonValue.Create(Redactor.Redact(text)) : null,
        };
}
