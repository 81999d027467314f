using System.Globalization;
using System.Text.RegularExpressions;
using Connectors.Functions.Hosting;
using Microsoft.Extensions.Configuration;
using NCrontab;

namespace Connectors.LocalHost.Hosting;

/// <summary>When a timer function is due: an NCRONTAB expression in UTC, of six fields with the seconds first or of five without them, or
/// the time between two runs.</summary>
internal sealed partial class TimerSchedule
{
    private readonly CrontabSchedule? _cron;
    private readonly TimeSpan _period;

    private TimerSchedule(CrontabSchedule? cron, TimeSpan period) => (_cron, _period) = (cron, period);

    /// <summary>Reads the schedule of a trigger, in which <c>%Name%</c> stands for an app setting.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing, or it is no schedule.</exception>
    public static TimerSchedule Parse(string function, string schedule, IConfiguration settings)
    {
        var text = Setting()
            .Replace(schedule, match =>
                settings[match.Groups["name"].Value]
                ?? throw new InvalidOperationException(
                    $"Timer function '{function}' takes its schedule from the app setting '{match.Groups["name"].Value}', which is not set."
                )
            );
        return TimerExpression.Cron(text) is { } cron ? new TimerSchedule(cron, default)
            : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var period) && period > TimeSpan.Zero
                ? new TimerSchedule(null, period)
            : throw new InvalidOperationException(
                $"Timer function '{function}': '{text}' is no schedule. An NCRONTAB expression has six fields, seconds first, such as '0 "
                    + "*/5 * * * *'; '00:05:00' means every five minutes."
            );
    }

    /// <summary>The first moment after <paramref name="after"/>, both in UTC.</summary>
    public DateTime Next(DateTime after) => _cron?.GetNextOccurrence(after) ?? after + _period;

    [GeneratedRegex("%(?<name>[^%]+)%", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Setting();
}
