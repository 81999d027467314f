using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.HttpJson.Streams;

/// <summary>The pages of the endpoint.</summary>
/// <param name="configuration">What they look like.</param>
/// <param name="client">Gets them.</param>
/// <param name="pace">Is told how the reading gets on.</param>
internal abstract class HttpJsonStream(HttpJsonConfiguration configuration, RestClient client, HttpJsonPace pace) : RestStream("items")
{
    /// <summary>What the pages look like.</summary>
    protected HttpJsonConfiguration Configuration => configuration;

    /// <summary>The request for the first page.</summary>
    protected abstract RestRequest First { get; }

    /// <summary>Gets the first page and looks for items and their ids.</summary>
    /// <exception cref="ConnectorException">There are none; the message says what to correct.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        using var answer = await GetAsync(First, cancellationToken);
        HttpJsonItems.Check(configuration, answer);
    }

    /// <inheritdoc/>
    public override ConnectorException NeverEnds(string listing) =>
        new(
            $"url: after some pages of {configuration.Url.GetLeftPart(UriPartial.Path)} one came again, so the reading would never end. "
                + "Check paging, next_pointer and page_parameter."
        );

    /// <summary>Gets a page. The caller disposes it.</summary>
    protected async Task<RestResponse> GetAsync(RestRequest request, CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync(request, cancellationToken);
        pace.CountRequest();
        return answer;
    }

    /// <inheritdoc cref="HttpJsonPace.TellOnlyPage"/>
    protected void TellOnlyPage() => pace.TellOnlyPage();

    /// <summary>Counts a page that was read.</summary>
    /// <returns>The cursor of the next page.</returns>
    protected string? Count(string cursor, int items, string? next)
    {
        pace.CountItems(cursor, items, next);
        return next;
    }
}
