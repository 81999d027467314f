using System.Runtime.CompilerServices;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Paging;

/// <summary>Listings that are read in one go: places, roles, members, identities.</summary>
internal static class Listing
{
    /// <summary>All items of all pages. Each is a copy, and may be kept.</summary>
    /// <param name="client">Sends the requests.</param>
    /// <param name="first">The request for the first page.</param>
    /// <param name="paging">How it is paged.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ConnectorException">Any page could not be had: half a list never passes for a whole one.</exception>
    public static async IAsyncEnumerable<JsonElement> ListAsync(
        this RestClient client,
        RestRequest first,
        RestPaging paging,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var circle = new PageCircle();
        for (var cursor = string.Empty; cursor is not null;)
        {
            List<JsonElement> items;
            string? next;
            using (var page = await client.SendAsync(paging.Request(first, cursor), cancellationToken))
            {
                var found = paging.Items(page);
                items = [.. found.EnumerateArray().Select(item => item.Clone())];
                next = paging.Next(page, cursor, found);
                circle.Check(RestErrors.Name(page.Address), cursor, next, items.Count == 0 ? null : ContentHash.Of(found));
            }

            foreach (var item in items)
            {
                yield return item;
            }

            cursor = next;
        }
    }
}
