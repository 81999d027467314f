using System.Globalization;
using NCrontab;

namespace Connectors.Functions.Hosting;

/// <summary>When a timer is due, as the Functions host reads it: NCRONTAB in UTC, of six fields with the seconds first or of five without
/// them, or the time between two runs.</summary>
internal sealed class TimerExpression
{
    // The days of the week repeat every 28 years, leap days included.
    private static readonly DateTime Start = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime End = Start.AddYears(28);
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(365);

    private readonly CrontabSchedule? _cron;
    private readonly TimeSpan _period;

    private TimerExpression(CrontabSchedule? cron, TimeSpan period) => (_cron, _period) = (cron, period);

    /// <summary>Whether it is ever due: the 30th of February is not.</summary>
    public bool Comes => _cron is null || _cron.GetNextOccurrence(Start, End) < End;

    /// <summary>Reads it; <see langword="null"/> when the text is none.</summary>
    public static TimerExpression? Parse(string text) =>
        Cron(text) is { } cron ? new TimerExpression(cron, default)
        // A bare number would be days; nobody means that.
        : text.Contains(':', StringComparison.Ordinal)
        && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var period)
        && period > TimeSpan.Zero
        && period <= LongestPeriod
            ? new TimerExpression(null, period)
        : null;

    /// <summary>The first moment after <paramref name="after"/>, both in UTC.</summary>
    public DateTime Next(DateTime after) => _cron?.GetNextOccurrence(after) ?? after + _period;

    private static CrontabSchedule? Cron(string text)
    {
        var hasSeconds = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6;
        try
        {
            return CrontabSchedule.TryParse(text, new CrontabSchedule.ParseOptions { IncludingSeconds = hasSeconds });
        }
        catch (OverflowException)
        {
            // What does not fit a number is thrown all the same.
            return null;
        }
    }
}
