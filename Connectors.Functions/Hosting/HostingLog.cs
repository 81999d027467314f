using Microsoft.Extensions.Logging;

namespace Connectors.Functions.Hosting;

/// <summary>Messages about the app's configuration: event ids 720 to 729.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(720, LogLevel.Error, "The configuration is wrong: {Problem}")]
    public static partial void Problem(ILogger logger, string problem);

    [LoggerMessage(721, LogLevel.Information, "Configuration: {Notice}")]
    public static partial void Notice(ILogger logger, string notice);
}
