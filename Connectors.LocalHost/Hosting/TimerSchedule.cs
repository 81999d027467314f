using System.Text.RegularExpressions;
using Connectors.Functions.Hosting;
using Microsoft.Extensions.Configuration;

namespace Connectors.LocalHost.Hosting;

/// <summary>The schedule of a timer function's trigger, in which <c>%Name%</c> stands for an app setting.</summary>
internal static partial class TimerSchedule
{
    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing, or it is no schedule.</exception>
    public static TimerExpression Parse(string function, string schedule, IConfiguration settings)
    {
        var text = Setting()
            .Replace(schedule, match =>
                settings[match.Groups["name"].Value]
                ?? throw new InvalidOperationException(
                    $"Timer function '{function}' takes its schedule from the app setting '{match.Groups["name"].Value}', which is not set."
                )
            );
        return TimerExpression.Parse(text)
            ?? throw new InvalidOperationException(
                $"Timer function '{function}': '{text}' is no schedule. An NCRONTAB expression has six fields, seconds first, such as '0 "
                    + "*/5 * * * *'; '00:05:00' means every five minutes."
            );
    }

    [GeneratedRegex("%(?<name>[^%]+)%", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Setting();
}
