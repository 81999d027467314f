using System.Globalization;
using NCrontab;

namespace Connectors.Functions.Hosting;

/// <summary>When a timer is due, as the Functions host reads it: NCRONTAB of six fields with the seconds first or of five without them, or
/// the time between two runs.</summary>
internal static class TimerExpression
{
    // The days of the week repeat every 28 years, leap days included.
    private static readonly DateTime Start = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime End = Start.AddYears(28);
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(365);

    /// <summary>Reads it.</summary>
    /// <param name="text">The schedule.</param>
    /// <param name="comes">Whether it ever comes.</param>
    /// <returns>False when it is none.</returns>
    public static bool TryParse(string text, out bool comes)
    {
        if (Cron(text) is { } cron)
        {
            comes = cron.GetNextOccurrence(Start, End) < End;
            return true;
        }

        // A bare number would be days; nobody means that.
        comes = true;
        return text.Contains(':', StringComparison.Ordinal)
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var period)
            && period > TimeSpan.Zero
            && period <= LongestPeriod;
    }

    /// <summary>The NCRONTAB expression that a text is; <see langword="null"/> when it is none.</summary>
    public static CrontabSchedule? Cron(string text)
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
