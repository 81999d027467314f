using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Diagnostics;

/// <summary>Messages of the service and its jobs: event ids 500 to 599.</summary>
internal static partial class ServiceLog
{
    [LoggerMessage(500, LogLevel.Information, "The service starts as {WorkerHostname} and serves {Served}")]
    public static partial void Starts(ILogger logger, string workerHostname, string served);

    [LoggerMessage(501, LogLevel.Information, "The service stops; syncs that finish the page in flight: {Running}")]
    public static partial void Stops(ILogger logger, int running);

    [LoggerMessage(502, LogLevel.Warning, "Connector {ConnectorId}: {Reason}")]
    public static partial void ConnectorError(ILogger logger, string connectorId, string reason);

    [LoggerMessage(503, LogLevel.Error, "Connector {ConnectorId} could not be maintained (error id {ErrorId})")]
    public static partial void ConnectorFailed(ILogger logger, Exception exception, string connectorId, string errorId);

    [LoggerMessage(504, LogLevel.Information, "Connector {ConnectorId}: job {SyncJobId} was made ({TriggerMethod})")]
    public static partial void JobMade(ILogger logger, string connectorId, string syncJobId, string triggerMethod);

    [LoggerMessage(505, LogLevel.Information, "Connector {ConnectorId}: the default configuration was written; it waits to be filled in")]
    public static partial void ConfigurationWritten(ILogger logger, string connectorId);

    [LoggerMessage(506, LogLevel.Information, "Job {SyncJobId} of connector {ConnectorId} into {IndexName} was taken")]
    public static partial void JobTaken(ILogger logger, string syncJobId, string connectorId, string indexName);

    [LoggerMessage(
        507,
        LogLevel.Information,
        "Job {SyncJobId} of connector {ConnectorId} into {IndexName} was left by a process that died; resuming it"
    )]
    public static partial void JobAdopted(ILogger logger, string syncJobId, string connectorId, string indexName);

    [LoggerMessage(508, LogLevel.Information, "Job {SyncJobId} of connector {ConnectorId} into {IndexName} is {Status}")]
    public static partial void JobEnded(ILogger logger, string syncJobId, string connectorId, string indexName, string status);

    [LoggerMessage(509, LogLevel.Error, "Job {SyncJobId} of connector {ConnectorId} into {IndexName} failed: {Reason}")]
    public static partial void JobFailed(ILogger logger, string syncJobId, string connectorId, string indexName, string reason);

    [LoggerMessage(
        510,
        LogLevel.Error,
        "Job {SyncJobId} of connector {ConnectorId} into {IndexName} failed unexpectedly (error id {ErrorId})"
    )]
    public static partial void JobBroke(
        ILogger logger,
        Exception exception,
        string syncJobId,
        string connectorId,
        string indexName,
        string errorId
    );

    [LoggerMessage(
        511,
        LogLevel.Warning,
        "Job {SyncJobId} of connector {ConnectorId} into {IndexName} was ended or taken over by another worker; stopping"
    )]
    public static partial void JobLost(ILogger logger, string syncJobId, string connectorId, string indexName);

    [LoggerMessage(512, LogLevel.Warning, "The progress of job {SyncJobId} could not be written: {Reason}")]
    public static partial void HeartbeatFailed(ILogger logger, string syncJobId, string reason);

    [LoggerMessage(
        513,
        LogLevel.Error,
        "The end of job {SyncJobId} of connector {ConnectorId} could not be written and is retried: {Reason}"
    )]
    public static partial void EndNotWritten(ILogger logger, string syncJobId, string connectorId, string reason);

    [LoggerMessage(514, LogLevel.Information, "Job {SyncJobId} of connector {ConnectorId} into {IndexName}: the user cancels it")]
    public static partial void CancelSeen(ILogger logger, string syncJobId, string connectorId, string indexName);

    [LoggerMessage(
        515,
        LogLevel.Warning,
        "Job {SyncJobId} of connector {ConnectorId} has been silent since {LastSeen} and was marked as failed"
    )]
    public static partial void IdleJobFailed(ILogger logger, string syncJobId, string connectorId, string lastSeen);

    [LoggerMessage(516, LogLevel.Error, "{Round} failed and is retried in {Delay} s: {Reason}")]
    public static partial void RoundFailed(ILogger logger, string round, double delay, string reason);

    [LoggerMessage(517, LogLevel.Error, "{Round} failed unexpectedly (error id {ErrorId})")]
    public static partial void RoundBroke(ILogger logger, Exception exception, string round, string errorId);

    [LoggerMessage(521, LogLevel.Warning, "Job {SyncJobId} waited for connector {ConnectorId}, which was deleted; it was canceled")]
    public static partial void OrphanCanceled(ILogger logger, string syncJobId, string connectorId);

    [LoggerMessage(520, LogLevel.Information, "Connector {ConnectorId}: the sync rules that were drafted are valid and in force")]
    public static partial void RulesValidated(ILogger logger, string connectorId);

    [LoggerMessage(
        532,
        LogLevel.Warning,
        "Connector {ConnectorId}: the sync rules that were drafted are invalid, and those before them stay in force: {Problems}"
    )]
    public static partial void RulesInvalid(ILogger logger, string connectorId, string problems);

    [LoggerMessage(
        518,
        LogLevel.Warning,
        "Documents of job {SyncJobId} into {IndexName} that were rejected, unreadable or stored without text: {Problems} ({Reasons}){First}"
    )]
    public static partial void Rejections(
        ILogger logger,
        long problems,
        string syncJobId,
        string indexName,
        string reasons,
        string first
    );

    [LoggerMessage(
        522,
        LogLevel.Information,
        "Connector {ConnectorId} has the service type {ServiceType}, which has no source here; it is not served. To serve it, put "
            + "its plug-in into {Folder} and name the class under sources"
    )]
    public static partial void UnknownServiceType(ILogger logger, string connectorId, string serviceType, string folder);

    [LoggerMessage(529, LogLevel.Warning, "{Problem} {Remedy}")]
    public static partial void ListedConnector(ILogger logger, string problem, string remedy);

    [LoggerMessage(
        523,
        LogLevel.Warning,
        "Index {IndexName} was deleted with its connector {ConnectorId} (service.delete_orphaned_content)"
    )]
    public static partial void OrphanedIndexDeleted(ILogger logger, string indexName, string connectorId);

    [LoggerMessage(524, LogLevel.Warning, "Index {IndexName} of the deleted connector {ConnectorId} could not be deleted: {Reason}")]
    public static partial void OrphanedIndexLeft(ILogger logger, string indexName, string connectorId, string reason);

    [LoggerMessage(
        525,
        LogLevel.Warning,
        "Job {SyncJobId} of connector {ConnectorId} into {IndexName} was cancelled and did not finish its page in time; stopping it"
    )]
    public static partial void CancelForced(ILogger logger, string syncJobId, string connectorId, string indexName);

    [LoggerMessage(
        526,
        LogLevel.Warning,
        "What the deleted connector {ConnectorId} left behind could not be cleaned up and is retried: {Reason}"
    )]
    public static partial void OrphanLeft(ILogger logger, string connectorId, string reason);

    [LoggerMessage(
        527,
        LogLevel.Warning,
        "The source of job {SyncJobId} of connector {ConnectorId} into {IndexName} could not be disposed and was abandoned: {Reason}"
    )]
    public static partial void SourceLeft(ILogger logger, string syncJobId, string connectorId, string indexName, string reason);

    [LoggerMessage(
        540,
        LogLevel.Warning,
        "The end of job {SyncJobId} of connector {ConnectorId} could not be written, it is tried again in {Delay} s: {Reason}"
    )]
    public static partial void EndTriedAgain(ILogger logger, string syncJobId, string connectorId, string reason, double delay);

    /// <summary>The sign of life that the alert about missing polls waits for (infra/modules/alerts.bicep); at what level is the host's
    /// choice.</summary>
    [LoggerMessage(EventId = 519, Message = "Polled; connectors: {Connectors}, jobs created: {JobsMade}")]
    public static partial void PollDone(ILogger logger, LogLevel level, int connectors, int jobsMade);

    [LoggerMessage(
        530,
        LogLevel.Warning,
        "Job {SyncJobId} of connector {ConnectorId} does not go on, because the connector was changed since it was made ({Changed}); it "
            + "was canceled, and job {NextJobId} syncs with what is set now"
    )]
    public static partial void JobReplaced(ILogger logger, string syncJobId, string connectorId, string changed, string nextJobId);

    [LoggerMessage(
        531,
        LogLevel.Information,
        "Job {SyncJobId} of connector {ConnectorId} was to be canceled when the process that ran it died; it is canceled"
    )]
    public static partial void AbandonedCanceled(ILogger logger, string syncJobId, string connectorId);

    [LoggerMessage(528, LogLevel.Information, "Secrets were taken out of jobs that are over: {Jobs}")]
    public static partial void SecretsRemoved(ILogger logger, int jobs);
}
