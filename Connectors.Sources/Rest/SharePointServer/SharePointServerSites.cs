using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.SharePoint;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.SharePointServer;

/// <summary>The sites below a site. The site collection itself comes with them: no other site lists it.</summary>
/// <param name="rest">Sends the requests.</param>
/// <param name="site">The site; its key is the path on the host.</param>
/// <param name="documents">Writes them.</param>
internal sealed class SharePointServerSites(RestClient rest, RestPlace site, SharePointServerDocuments documents) : RestStream("sites")
{
    /// <summary>In the detail of a place that is a site collection.</summary>
    private const string Collection = "collection";

    /// <summary>In the detail of a place whose sites below could not be found out when the sync was planned.</summary>
    private const string Closed = "closed";

    /// <summary>Finds the sites: the collections, each followed by those below it.</summary>
    /// <param name="rest">Sends the requests.</param>
    /// <param name="collections">Paths of the collections.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="ConnectorException">There is no such collection.</exception>
    public static async Task<IReadOnlyList<RestPlace>> FindAsync(
        RestClient rest,
        IEnumerable<string> collections,
        CancellationToken cancellationToken
    )
    {
        var places = new OrderedDictionary<string, RestPlace>(StringComparer.OrdinalIgnoreCase);
        foreach (var collection in collections)
        {
            await CheckAsync(rest, collection, cancellationToken);
            if (places.TryAdd(collection, new RestPlace(collection, collection, Collection)))
            {
                await FindBelowAsync(rest, collection, places, cancellationToken);
            }
        }

        return [.. places.Values];
    }

    /// <summary>Asks for a site collection.</summary>
    /// <exception cref="ConnectorException">There is none, or the sign-in is refused.</exception>
    public static async Task CheckAsync(RestClient rest, string collection, CancellationToken cancellationToken)
    {
        var request = WebOf(collection) with { Accepted = [404] };
        using var answer = await rest.SendAsync(request, cancellationToken);
        if (!answer.IsSuccess)
        {
            throw new ConnectorException(
                $"site_collections: there is no site collection at {collection}. Give names behind /sites/, or whole paths."
            );
        }
    }

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        if (cursor.Length == 0 && site.Detail.Contains(Collection, StringComparison.Ordinal))
        {
            using var own = await rest.SendAsync(WebOf(site.Key), cancellationToken);
            await documents.WriteSiteAsync(own.Json, page, cancellationToken);
        }

        if (cursor.Length == 0 && site.Detail.Contains(Closed, StringComparison.Ordinal))
        {
            page.AddGap($"{site.Name}, sites", "The sites below it could not be listed.");
        }

        using var answer = await rest.SendAsync(SkipPaging.Instance.Request(BelowOf(site.Key), cursor), cancellationToken);
        var items = SkipPaging.Instance.Items(answer);
        foreach (var below in items.EnumerateArray().Where(below => !SharePointServerDocuments.IsAddIn(below)))
        {
            await documents.WriteSiteAsync(below, page, cancellationToken);
        }

        return SkipPaging.Instance.Next(answer, cursor, items);
    }

    private static RestRequest WebOf(string path) => RestRequest.Get(SharePointApi.AddressOf(SharePointPaths.Quote(path), "_api/web"));

    private static RestRequest BelowOf(string path) =>
        RestRequest.Get(SharePointApi.AddressOf(SharePointPaths.Quote(path), "_api/web/webs"));

    private static async Task FindBelowAsync(
        RestClient rest,
        string path,
        OrderedDictionary<string, RestPlace> places,
        CancellationToken cancellationToken
    )
    {
        var found = new List<string>();
        try
        {
            await foreach (var below in rest.ListAsync(BelowOf(path), SkipPaging.Instance, cancellationToken))
            {
                if (!SharePointServerDocuments.IsAddIn(below))
                {
                    found.Add(SharePointServerDocuments.PathOf(below));
                }
            }
        }
        catch (ConnectorException closed) when (RestErrors.IsClosedPlace(closed))
        {
            places[path] = places[path] with { Detail = $"{places[path].Detail} {Closed}" };
            return;
        }

        foreach (var below in found)
        {
            // One that is named as a collection as well is written with those of its parent.
            if (places.TryGetValue(below, out var known))
            {
                places[below] = known with { Detail = known.Detail.Replace(Collection, string.Empty, StringComparison.Ordinal) };
            }
            else
            {
                places.Add(below, new RestPlace(below, below));
                await FindBelowAsync(rest, below, places, cancellationToken);
            }
        }
    }
}
