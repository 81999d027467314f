using Connectors.Abstractions;
using Microsoft.Extensions.Logging;

namespace Connectors.Sources.Rest.HttpJson.Streams;

/// <summary>Tells how a reading gets on, and ends one that never finds anything. One thread at a time.</summary>
/// <param name="configuration">Whose endpoint is read.</param>
/// <param name="context">Where to tell it, and the clock.</param>
/// <param name="answered">Called for each request that was answered.</param>
internal sealed class HttpJsonPace(HttpJsonConfiguration configuration, SourceContext context, Action answered)
{
    /// <summary>Pages in a row that may hold nothing and still lead to another one.</summary>
    internal const int MaxEmptyPages = 1_000;

    private const int EmptyPagesToTell = 100;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(30);

    private readonly ILogger _logger = context.LoggerFactory.CreateLogger<HttpJsonDataSource>();
    private readonly TimeProvider _time = context.TimeProvider;
    private readonly string _address = configuration.Url.GetLeftPart(UriPartial.Path);
    private long _told = context.TimeProvider.GetTimestamp();
    private long _requests;
    private long _items;
    private string? _ledTo;
    private int _empty;

    /// <summary>Counts a request that was answered.</summary>
    public void CountRequest()
    {
        answered();
        _requests++;
        if (_time.GetElapsedTime(_told) >= ProgressInterval)
        {
            _told = _time.GetTimestamp();
            HttpJsonLog.Progress(_logger, _address, _requests, _items);
        }
    }

    /// <summary>Tells that the first page says nothing of a next one, not even that there is none: with a mistyped pointer it looks
    /// so.</summary>
    public void TellOnlyPage() => HttpJsonLog.OnlyPage(_logger, _address, $"{configuration.Next}");

    /// <summary>Counts a page's items.</summary>
    /// <param name="cursor">The page.</param>
    /// <param name="items">How many it holds.</param>
    /// <param name="next">The page that it leads to.</param>
    /// <exception cref="ConnectorException">Too many held nothing.</exception>
    public void CountItems(string cursor, int items, string? next)
    {
        _items += items;

        // A call that is tried again begins the row again.
        _empty =
            items > 0 ? 0
            : cursor == _ledTo ? _empty + 1
            : 1;
        _ledTo = next;
        if (_empty >= MaxEmptyPages)
        {
            throw new ConnectorException(
                $"url: {_empty} pages of {_address} in a row held no item, and each led to another one. Check items_pointer, paging "
                    + "and next_pointer."
            );
        }

        if (_empty > 0 && _empty % EmptyPagesToTell == 0)
        {
            HttpJsonLog.EmptyPages(_logger, _address, _empty, MaxEmptyPages);
        }
    }
}
