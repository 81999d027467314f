using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Diagnostics;

/// <summary>Messages of the Elasticsearch gateway: event ids 400 to 499.</summary>
internal static partial class ElasticsearchLog
{
    [LoggerMessage(400, LogLevel.Information, "Connected to Elasticsearch {Version} ({Cluster}) at {Host}")]
    public static partial void Connected(ILogger logger, string version, string cluster, string host);

    [LoggerMessage(401, LogLevel.Warning, "Waiting for Elasticsearch, for {Left} s more: {Problem}")]
    public static partial void Waiting(ILogger logger, double left, string problem);

    [LoggerMessage(402, LogLevel.Warning, "{Problem} Trying again, for {Left} s more")]
    public static partial void Retrying(ILogger logger, string problem, double left);

    [LoggerMessage(408, LogLevel.Debug, "{Problem} Trying again in {Delay} s")]
    public static partial void TriedAgain(ILogger logger, string problem, double delay);

    [LoggerMessage(
        403,
        LogLevel.Warning,
        "Elasticsearch {Version} is newer than {TestedVersion}, the last one this service was tested with"
    )]
    public static partial void NewerThanTested(ILogger logger, string version, string testedVersion);

    [LoggerMessage(
        404,
        LogLevel.Warning,
        "Elasticsearch at {Host} does not reveal its version without the cluster privilege 'monitor'; continuing without the check"
    )]
    public static partial void VersionUnknown(ILogger logger, string host);

    [LoggerMessage(
        406,
        LogLevel.Information,
        "Elasticsearch at {Host} offers no Connector API to these credentials, so the connector indices are written directly: {Reason}"
    )]
    public static partial void NoConnectorApi(ILogger logger, string host, string reason);

    [LoggerMessage(
        407,
        LogLevel.Warning,
        "An index of the connector protocol is missing and may not be made by these credentials: it comes with the first connector that "
            + "Kibana makes. {Problem}"
    )]
    public static partial void IndexNotMade(ILogger logger, string problem);

    [LoggerMessage(405, LogLevel.Debug, "A point in time of {IndexName} was left to expire: {Problem}")]
    public static partial void PointInTimeLeft(ILogger logger, string indexName, string problem);
}
