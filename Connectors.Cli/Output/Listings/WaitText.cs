using System.Globalization;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Cli.Output.Listings;

/// <summary>The wait of a running job for its source in words.</summary>
internal static class WaitText
{
    /// <summary>What it waits for: <c>its source, until 10:05:00 (asked again at 10:00:30): nothing listens there</c>;
    /// <see langword="null"/> when it does not wait. Times are in UTC.</summary>
    public static string? Of(SyncJobRecord job, DateTimeOffset now)
    {
        if (job.Wait is not { } wait || !wait.IsOn(now))
        {
            return null;
        }

        var again = wait.Until > now ? $"asked again at {Time(wait.Until)}" : "asked again now";
        return wait is { Limit: { } limit, Reason: { } reason }
            ? $"its source, until {Time(limit)} at most, {again}: {reason}"
            : $"its source, until {Time(wait.Until)}";
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
