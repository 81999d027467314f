using Quartz;

namespace Connectors.Sync.Protocol;

/// <summary>A Quartz cron expression as Kibana writes it: seconds first, UTC, day-of-week 1 = SUN, with <c>?</c>, <c>L</c>, <c>W</c>, <c>#</c> and an optional year.</summary>
internal sealed class CronSchedule
{
    private readonly CronExpression _expression;

    private CronSchedule(CronExpression expression) => _expression = expression;

    /// <summary>Reads an expression.</summary>
    /// <exception cref="ConnectorException">It isn't one; the message tells why and what one looks like.</exception>
    public static CronSchedule Parse(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        try
        {
            return new CronSchedule(new CronExpression(expression, TimeZoneInfo.Utc));
        }
        catch (FormatException exception)
        {
            var reason = exception.Message.Contains("has 5 fields", StringComparison.Ordinal) ? "it has 5 fields, the first one (seconds) is missing" : exception.Message.TrimEnd('.');
            throw new ConnectorException(
                $"'{expression}' is not a cron expression: {reason}. Write six fields: second, minute, hour, day of month, month, day of week; for example '0 0 3 * * ?' for every day at 3:00 UTC.");
        }
    }

    /// <summary>The last time that is not after <paramref name="now"/>, or <see langword="null"/> when there was none.</summary>
    public DateTimeOffset? LastAtOrBefore(DateTimeOffset now) =>
        // The expression knows whole seconds, and "before" excludes the second itself.
        _expression.GetPreviousValidTimeBefore(WholeSecond(now).AddSeconds(1));

    /// <summary>The first time after <paramref name="time"/>, or <see langword="null"/> when there is none any more.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset time) => _expression.GetNextValidTimeAfter(time.ToUniversalTime());

    /// <inheritdoc/>
    public override string ToString() => _expression.CronExpressionString;

    private static DateTimeOffset WholeSecond(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
