using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Diagnostics;

/// <summary>Messages about files' contents: event ids 600 to 699.</summary>
internal static partial class ContentLog
{
    [LoggerMessage(600, LogLevel.Information, "The extraction service at {Host} is available")]
    public static partial void ServiceFound(ILogger logger, Uri host);

    [LoggerMessage(
        601,
        LogLevel.Warning,
        "The extraction service at {Host} can't be used yet: {Problem}. Files that need it are indexed without their text and retried at "
            + "the next sync"
    )]
    public static partial void ServiceUnwell(ILogger logger, Uri host, string problem);
}
