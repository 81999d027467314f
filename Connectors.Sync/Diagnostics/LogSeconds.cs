namespace Connectors.Sync.Diagnostics;

/// <summary>Times in log messages: seconds, with one decimal below ten.</summary>
internal static class LogSeconds
{
    /// <summary>The seconds of a time.</summary>
    public static double Of(TimeSpan time) => Math.Round(time.TotalSeconds, time < TimeSpan.FromSeconds(10) ? 1 : 0);
}
