using Microsoft.Extensions.Logging;

namespace Connectors.Sources.Rest.HttpJson;

/// <summary>Messages of the source: event ids 230 to 239.</summary>
internal static partial class HttpJsonLog
{
    [LoggerMessage(230, LogLevel.Information, "{Address}: requests so far: {Requests}, items: {Items}")]
    public static partial void Progress(ILogger logger, string address, long requests, long items);

    [LoggerMessage(
        231,
        LogLevel.Warning,
        "{Address}: {Pages} pages in a row held nothing and led to another one; after {MaxPages} the sync fails"
    )]
    public static partial void EmptyPages(ILogger logger, string address, int pages, int maxPages);

    [LoggerMessage(
        232,
        LogLevel.Information,
        "{Address}: nothing stands at {Pointer} of the first page, which is taken as the only one; correct next_pointer if there are more"
    )]
    public static partial void OnlyPage(ILogger logger, string address, string pointer);
}
