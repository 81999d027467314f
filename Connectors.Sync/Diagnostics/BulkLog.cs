using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Diagnostics;

/// <summary>Messages of the bulk writer: event ids 300 to 399.</summary>
internal static partial class BulkLog
{
    [LoggerMessage(
        300,
        LogLevel.Warning,
        "Elasticsearch does not take what is written to {IndexName}; it is sent again: {Answer}"
    )]
    public static partial void Retrying(ILogger logger, string indexName, string answer);

    [LoggerMessage(302, LogLevel.Debug, "Sending again for {IndexName} in {Delay} s; operations: {Operations}: {Answer}")]
    public static partial void SentAgain(ILogger logger, string indexName, int operations, double delay, string answer);

    [LoggerMessage(301, LogLevel.Warning, "Document {DocumentId} was rejected: {ErrorType}: {Reason}")]
    public static partial void Rejected(ILogger logger, string documentId, string errorType, string reason);
}
