using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Diagnostics;

/// <summary>Messages of the bulk writer: event ids 300 to 399.</summary>
internal static partial class BulkLog
{
    [LoggerMessage(
        300,
        LogLevel.Warning,
        "Sending again for {IndexName} in {Delay} s; operations: {Operations}, status: {Status}, {ErrorType}"
    )]
    public static partial void Retrying(ILogger logger, string indexName, int operations, int status, string errorType, double delay);

    [LoggerMessage(301, LogLevel.Warning, "Document {DocumentId} was rejected: {ErrorType}: {Reason}")]
    public static partial void Rejected(ILogger logger, string documentId, string errorType, string reason);
}
