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

    [LoggerMessage(
        602,
        LogLevel.Information,
        "The processes that read files are confined: they open no connection, start no program, change no file and read none but their own"
    )]
    public static partial void Confined(ILogger logger);

    [LoggerMessage(
        603,
        LogLevel.Warning,
        "The processes that read files are not confined as they could be: one that a file takes over can {Missing}. Linux confines them, "
            + "from 5.13 on and with Landlock switched on; docs/content.md tells more"
    )]
    public static partial void NotConfined(ILogger logger, string missing);
}
