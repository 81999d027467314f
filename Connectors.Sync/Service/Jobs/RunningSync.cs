using Connectors.Sync.Engine;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Sync.Service.Jobs;

/// <summary>A sync that runs in this process, for display.</summary>
/// <param name="JobId">The job's id.</param>
/// <param name="ConnectorId">The connector's id.</param>
/// <param name="ConnectorName">The name that people see, or the id.</param>
/// <param name="IndexName">The content index.</param>
/// <param name="ServiceType">The source.</param>
/// <param name="StartedAt">When this process began with it.</param>
internal sealed record RunningSync(
    string JobId,
    string ConnectorId,
    string ConnectorName,
    string IndexName,
    string ServiceType,
    DateTimeOffset StartedAt
)
{
    /// <summary>The host that runs it, when this process only follows it; <see langword="null"/> when it runs here.</summary>
    public string? FollowedOn { get; init; }

    /// <summary>How long the job was worked on before this process took it.</summary>
    public TimeSpan EarlierTime { get; init; }

    /// <summary>Has the job's document looked at now, because somebody in this process has just changed it. Does nothing before the job is
    /// run here, and after its end.</summary>
    public Action LookAtJob { get; internal set; } = () => { };

    /// <summary>Whether a person is told elsewhere than in the log why it failed, and why it waits.</summary>
    public bool IsFaultTold
    {
        get => Progress.IsWaitTold;
        init => Progress.IsWaitTold = value;
    }

    /// <summary>How far it is; changes while it runs.</summary>
    public SyncProgress Progress { get; } = new();
}

/// <summary>How a sync ended in this process.</summary>
/// <param name="End">How.</param>
/// <param name="Job">The job as it stands; <see langword="null"/> when it could not be written or read.</param>
/// <param name="Outcome">What the engine said; <see langword="null"/> when it failed, or ran elsewhere.</param>
/// <param name="Error">Why it failed.</param>
internal sealed record SyncResult(SyncResultEnd End, SyncJobRecord? Job, SyncOutcome? Outcome, string? Error);

/// <summary>The ways a sync ends.</summary>
internal enum SyncResultEnd
{
    /// <summary>The index equals the source.</summary>
    Completed,

    /// <summary>It failed; the message tells why.</summary>
    Failed,

    /// <summary>The user cancelled it.</summary>
    Canceled,

    /// <summary>It was stopped with this service and goes on with the next one.</summary>
    Suspended,

    /// <summary>Somebody else ended the job, or took it, meanwhile.</summary>
    Lost,

    /// <summary>This process stopped before the end was there, or could be written: the next start takes the job up. Of a sync that it
    /// only follows: it follows no longer.</summary>
    Interrupted,
}

/// <summary>Receives a service's events. Calls come from any thread and must return quickly.</summary>
internal interface IServiceObserver
{
    /// <summary>Whether it tells a person why a sync failed, and why it waits. The log then leaves that to it, so that nobody reads it
    /// twice.</summary>
    bool TellsFaults => false;

    /// <summary>A sync begins.</summary>
    void SyncStarted(RunningSync sync);

    /// <summary>A sync turns out to go on from an earlier run (<see cref="SyncProgress.ResumedAfter"/>).</summary>
    void SyncResumed(RunningSync sync) { }

    /// <summary>A sync ended.</summary>
    void SyncEnded(RunningSync sync, SyncResult result);
}
