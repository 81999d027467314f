using Connectors.Abstractions;
using Quartz;

namespace Connectors.Sync.Protocol.Schedules;

/// <summary>A Quartz cron expression as Kibana writes it: seconds first, UTC, day-of-week 1 = SUN, with <c>?</c>, <c>L</c>, <c>W</c>,
/// <c>#</c> and an optional year.</summary>
internal sealed class CronSchedule
{
    private readonly CronExpression _expression;

    private CronSchedule(CronExpression expression) => _expression = expression;

    /// <summary>Reads an expression that comes to pass, or did once.</summary>
    /// <exception cref="ConnectorException">It isn't one, or no day is ever like that; the message tells why and what one looks
    /// like.</exception>
    public static CronSchedule Parse(string expression)
    {
        var schedule = Read(expression);
        return schedule.NextAfter(DateTimeOffset.UnixEpoch) is not null
            ? schedule
            : throw new ConnectorException(
                $"'{expression}' never fires: there is no such day. Correct the day of month, the month or the year; for example '0 0 3 "
                    + "* * ?' for every day at 3:00 UTC."
            );
    }

    /// <summary>Reads an expression that comes to pass after <paramref name="now"/>: one that is set anew has to.</summary>
    /// <exception cref="ConnectorException">It isn't one, no day is ever like that, or its last time is over.</exception>
    public static CronSchedule ParseComing(string expression, DateTimeOffset now)
    {
        var schedule = Parse(expression);
        return schedule.NextAfter(now) is not null
            ? schedule
            : throw new ConnectorException(
                $"'{expression}' never fires again: its last time was {schedule.LastAtOrBefore(now):yyyy-MM-dd HH:mm:ss} UTC. Correct the "
                    + "year or leave it out; for example '0 0 3 * * ?' for every day at 3:00 UTC."
            );
    }

    /// <summary>Why an expression is none, or makes no sync from now on, in a sentence; <see langword="null"/> when it makes
    /// some.</summary>
    public static string? Problem(string expression, DateTimeOffset now)
    {
        try
        {
            ParseComing(expression, now);
            return null;
        }
        catch (ConnectorException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>Whether it is an expression, though it may never come to pass.</summary>
    public static bool IsReadable(string expression)
    {
        try
        {
            Read(expression);
            return true;
        }
        catch (ConnectorException)
        {
            return false;
        }
    }

    /// <summary>Reads an expression, though it may never come to pass.</summary>
    /// <exception cref="ConnectorException">It isn't one.</exception>
    public static CronSchedule Read(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var problem =
            expression.TrimStart().StartsWith('@') ? "names such as @daily are not taken" : CronFields.Problem(expression);
        try
        {
            if (problem is null)
            {
                return new CronSchedule(new CronExpression(expression, TimeZoneInfo.Utc));
            }
        }
        catch (FormatException)
        {
            problem = "its fields do not go together";
        }

        throw new ConnectorException(
            $"'{expression}' is not a cron expression: {problem}. Write six fields: second, minute, hour, day of month, month, day of "
                + "week; for example '0 0 3 * * ?' for every day at 3:00 UTC."
        );
    }

    /// <summary>The last time that is not after <paramref name="now"/>, or <see langword="null"/> when there was none.</summary>
    public DateTimeOffset? LastAtOrBefore(DateTimeOffset now) =>
        // The expression knows whole seconds, and "before" excludes the second itself.
        _expression.GetPreviousValidTimeBefore(WholeSecond(now).AddSeconds(1));

    /// <summary>The first time after <paramref name="time"/>, or <see langword="null"/> when there is none any more.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset time) => _expression.GetNextValidTimeAfter(time.ToUniversalTime());

    /// <summary>The next times after <paramref name="time"/>, as many as there are, at most <paramref name="most"/>.</summary>
    public IReadOnlyList<DateTimeOffset> NextTimes(DateTimeOffset time, int most)
    {
        var times = new List<DateTimeOffset>();
        while (times.Count < most && NextAfter(times.Count == 0 ? time : times[^1]) is { } next)
        {
            times.Add(next);
        }

        return times;
    }

    /// <inheritdoc/>
    public override string ToString() => _expression.CronExpressionString;

    private static DateTimeOffset WholeSecond(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
