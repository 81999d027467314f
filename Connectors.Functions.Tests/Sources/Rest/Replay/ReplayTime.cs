using Connectors.Tests.Support;

namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>The clock of the recordings, for code that waits: only the time limit of a request takes its real time.</summary>
internal sealed class ReplayTime() : FastForwardTimeProvider(Start)
{
    private static readonly DateTimeOffset Start = new(2024, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan LimitOfARequest = TimeSpan.FromSeconds(100);

    /// <summary>What was waited altogether.</summary>
    public TimeSpan Waited => GetUtcNow() - Start;

    protected override bool IsGuard(TimeSpan dueTime) => dueTime == LimitOfARequest;
}
