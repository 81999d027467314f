using Connectors.Abstractions;
using Connectors.Emulator.Http;
using Connectors.Sync.Protocol.Schedules;

namespace Connectors.Emulator.Connectors;

/// <summary>Cron expressions as the Connector API checks them: six or seven fields, seconds first.</summary>
internal static class CronText
{
    private const int Fields = 6;

    /// <summary>What is wrong with an expression, in Elasticsearch's words; null when nothing is.</summary>
    public static ElasticError? Problem(string expression)
    {
        try
        {
            CronSchedule.Read(expression);
            return null;
        }
        catch (ConnectorException exception)
        {
            var fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var reason =
                Array.FindIndex(fields, field => field.Length >= 3 && char.IsLetter(field[0])) is var word and >= 0 && word is not (4 or 5)
                    ? $"illegal characters [{fields[word][..3].ToUpperInvariant()}] at pos "
                        + $"[{expression.IndexOf(fields[word], StringComparison.Ordinal)}] '"
                : fields.Length < Fields ? $"unexpected end of expression at pos [{expression.Length}]."
                : CronFields.NamesBothDays(expression)
                    ? "support for specifying both a day-of-week AND a day-of-month parameter is not implemented."
                : exception.Message;
            return ElasticErrors.IllegalArgument($"invalid cron expression [{expression}]") with
            {
                CausedBy = ElasticErrors.IllegalArgument($"illegal cron expression format [java.lang.IllegalArgumentException: {reason}]"),
            };
        }
    }
}
