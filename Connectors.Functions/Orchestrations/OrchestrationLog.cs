using Microsoft.Extensions.Logging;

namespace Connectors.Functions.Orchestrations;

/// <summary>Messages of the function app: event ids 700 to 799.</summary>
internal static partial class OrchestrationLog
{
    [LoggerMessage(700, LogLevel.Information, "Sync {SyncJobId} of connector {ConnectorId} is taken by its orchestration")]
    public static partial void Begins(ILogger logger, string syncJobId, string connectorId);

    [LoggerMessage(701, LogLevel.Information, "The orchestration of sync {SyncJobId} of connector {ConnectorId} ends: {Status}")]
    public static partial void Ends(ILogger logger, string syncJobId, string connectorId, string status);

    [LoggerMessage(702, LogLevel.Information, "Sync {SyncJobId} of connector {ConnectorId} is started")]
    public static partial void Started(ILogger logger, string syncJobId, string connectorId);

    [LoggerMessage(703, LogLevel.Error, "{Function} failed: {Reason}")]
    public static partial void Failed(ILogger logger, string function, string reason);

    [LoggerMessage(704, LogLevel.Error, "{Function} failed unexpectedly (error id {ErrorId})")]
    public static partial void Broke(ILogger logger, Exception exception, string function, string errorId);

    [LoggerMessage(705, LogLevel.Warning, "{Function} will be retried: {Reason}")]
    public static partial void TriedAgain(ILogger logger, string function, string reason);

    [LoggerMessage(708, LogLevel.Warning, "A source of type {Source} was left behind, because it could not be disposed: {Reason}")]
    public static partial void SourceLeft(ILogger logger, string source, string reason);

    [LoggerMessage(707, LogLevel.Error, "The step {Function} of {InstanceId} failed repeatedly (error id {ErrorId}): {Details}")]
    public static partial void StepBroke(ILogger logger, string function, string instanceId, string errorId, string details);

    [LoggerMessage(
        706,
        LogLevel.Information,
        "Cleaned up; abandoned jobs ended: {Idle}, old orchestrations purged: {Purged}, abandoned syncs removed from staging: {Staged}"
    )]
    public static partial void CleanedUp(ILogger logger, int idle, int purged, int staged);
}
