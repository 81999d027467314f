using Microsoft.Extensions.Logging;

namespace Connectors.Sources.Rest;

/// <summary>Messages about sources that are asked over HTTP: event ids 900 to 999.</summary>
internal static partial class RestLog
{
    [LoggerMessage(
        900,
        LogLevel.Information,
        "{Service} at {Host} has had enough requests and asks to wait: no request is sent to it for {Wait}"
    )]
    public static partial void Throttled(ILogger logger, string service, string host, TimeSpan wait);

    [LoggerMessage(901, LogLevel.Debug, "A request to {Service} at {Host} failed ({Reason}) and is sent again in {Wait}")]
    public static partial void Retried(ILogger logger, string service, string host, string reason, TimeSpan wait);

    [LoggerMessage(
        902,
        LogLevel.Debug,
        "A content of {Service} at {Host} broke off after {Position} of {Length} bytes, and the rest is asked for"
    )]
    public static partial void BrokeOff(ILogger logger, string service, string host, long position, long length);

    [LoggerMessage(
        903,
        LogLevel.Warning,
        "{Service} gave a new {Field} for the one that was used, and it could not be kept in the connector's configuration: {Reason} It "
            + "is used as long as this process runs, and kept when the source is used again. If the process ends before, enter a new one."
    )]
    public static partial void NotKept(ILogger logger, string service, string field, string reason);

    [LoggerMessage(910, LogLevel.Warning, "{Service}: {Place} is passed over: {Reason}")]
    public static partial void PassedOver(ILogger logger, string service, string place, string reason);
}
