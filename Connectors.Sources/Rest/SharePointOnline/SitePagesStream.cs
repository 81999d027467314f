using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SharePoint;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.SharePointOnline;

/// <summary>The pages of a site. A site that has none has no such list either, which is no failure.</summary>
internal sealed class SitePagesStream(RestClient rest, string site, SharePointLists lists) : RestStream("pages")
{
    private readonly RestRequest _first = RestRequest.Get(
        SharePointApi.AddressOf(site, $"{SharePointRest.SitePages}/items?$select=*,EncodedAbsUrl")
    );

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        using var answer = await rest.SendAsync(
            SharePointApi.Paging.Request(_first, cursor) with
            {
                Accepted = cursor.Length == 0 ? [404] : [],
            },
            cancellationToken
        );
        if (!answer.IsSuccess)
        {
            if (!SharePointRest.HasNoList(answer))
            {
                page.AddGap($"{site}, pages", "SharePoint does not find the pages (404).");
            }

            return null;
        }

        var items = SharePointApi.Paging.Items(answer);
        await lists.WritePagesAsync(items, page, cancellationToken);
        return SharePointApi.Paging.Next(answer, cursor, items);
    }
}
