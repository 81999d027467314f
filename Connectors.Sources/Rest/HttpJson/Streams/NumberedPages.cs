using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.HttpJson.Streams;

/// <summary>Pages whose number is counted up. A cursor is such a number.</summary>
/// <inheritdoc/>
internal sealed class NumberedPages(HttpJsonConfiguration configuration, RestClient client, HttpJsonPace pace)
    : HttpJsonStream(configuration, client, pace)
{
    private readonly RestRequest _request = RestRequest.Get(configuration.Url.AbsoluteUri);
    private readonly RestPaging _paging = RestPaging.Number(string.Empty, configuration.Parameter, configuration.FirstPage);

    /// <inheritdoc/>
    protected override RestRequest First => _paging.Request(_request, string.Empty);

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        using var answer = await GetAsync(_paging.Request(_request, cursor), cancellationToken);
        var (count, _) = HttpJsonItems.Write(Configuration, answer, page, before: 0);
        return Count(cursor, count, _paging.Next(answer, cursor, HttpJsonItems.Of(Configuration, answer)));
    }
}
