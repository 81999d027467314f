using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Xunit;

namespace Connectors.Tests.Sync.Protocol.Jobs;

public sealed class JobTransitionsTests
{
    private static readonly string[] Allowed =
    [
        "pending in_progress",
        "pending canceled",
        "in_progress canceling",
        "in_progress completed",
        "in_progress suspended",
        "in_progress error",
        "suspended in_progress",
        "suspended canceled",
        "canceling canceled",
        "canceling error",
    ];

    [Fact]
    public void OnlyTheProtocolsTransitionsAreAllowed()
    {
        var states = Enum.GetValues<JobStatus>();
        var found =
            from item in states
            from other in states
            where JobTransitions.IsAllowed(item, other)
            select $"{item.ToWord()} {other.ToWord()}";

        Assert.Equal(7, states.Length);
        Assert.Equal(Allowed.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AStateIsFinalExactlyWhenNothingFollowsIt()
    {
        var states = Enum.GetValues<JobStatus>();
        Assert.All(states, item => Assert.Equal(!states.Any(other => JobTransitions.IsAllowed(item, other)), item.IsFinal()));
        Assert.All(states, item => Assert.Single([item.IsFinal(), item.IsWaiting(), item.IsRunning()], is1 => is1));
        Assert.Equal(states.Where(item => !item.IsFinal()).Order(), JobTransitions.Unfinished.Order());
    }

    [Theory]
    [InlineData(JobStatus.InProgress, JobStatus.Completed, JobStatus.Completed)]
    [InlineData(JobStatus.InProgress, JobStatus.Suspended, JobStatus.Suspended)]
    [InlineData(JobStatus.InProgress, JobStatus.Error, JobStatus.Error)]
    [InlineData(JobStatus.InProgress, JobStatus.Canceled, JobStatus.Canceled)]
    [InlineData(JobStatus.Canceling, JobStatus.Completed, JobStatus.Canceled)]
    [InlineData(JobStatus.Canceling, JobStatus.Suspended, JobStatus.Canceled)]
    [InlineData(JobStatus.Canceling, JobStatus.Canceled, JobStatus.Canceled)]
    [InlineData(JobStatus.Canceling, JobStatus.Error, JobStatus.Error)]
    [InlineData(JobStatus.Completed, JobStatus.Error, null)]
    [InlineData(JobStatus.Error, JobStatus.Completed, null)]
    [InlineData(JobStatus.Canceled, JobStatus.Completed, null)]
    [InlineData(JobStatus.Pending, JobStatus.Completed, null)]
    [InlineData(JobStatus.Pending, JobStatus.Error, null)]
    [InlineData(JobStatus.Suspended, JobStatus.Completed, null)]
    public void AJobEndsAsItsWorkDidUnlessTheUserCancelledIt(object from, object wanted, object? end) =>
        Assert.Equal((JobStatus?)end, JobTransitions.EndOf((JobStatus)from, (JobStatus)wanted));

    [Fact]
    public void WordsAreTheProtocols()
    {
        Assert.Equal(
            ["pending", "in_progress", "canceling", "canceled", "suspended", "completed", "error"],
            Enum.GetValues<JobStatus>().Select(ProtocolWords.ToWord)
        );
        Assert.Equal(
            ["created", "needs_configuration", "configured", "connected", "error"],
            Enum.GetValues<ConnectorStatus>().Select(ProtocolWords.ToWord)
        );
        Assert.Equal(["full", "incremental", "access_control"], Enum.GetValues<JobType>().Select(ProtocolWords.ToWord));
        Assert.Equal(["on_demand", "scheduled"], Enum.GetValues<TriggerMethod>().Select(ProtocolWords.ToWord));
        Assert.Equal(JobStatus.InProgress, ProtocolWords.Parse<JobStatus>("in_progress"));
        Assert.Null(ProtocolWords.Parse<JobStatus>("InProgress"));
        Assert.Null(ProtocolWords.Parse<JobStatus>(null));
    }
}
