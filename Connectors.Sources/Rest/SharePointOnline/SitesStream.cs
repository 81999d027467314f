using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.SharePointOnline;

/// <summary>The site collections and the sites to mirror. Few beside what is in them, so they are one page.</summary>
/// <param name="sites">Finds them.</param>
/// <param name="documents">Writes them.</param>
/// <param name="isRestricted">Whether access control is on.</param>
/// <param name="since">Only sites that changed since then; <see langword="null"/> for all.</param>
internal sealed class SitesStream(SharePointSites sites, SharePointDocuments documents, bool isRestricted, DateTimeOffset? since)
    : RestStream("sites")
{
    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        foreach (var collection in await sites.CollectionsAsync(cancellationToken))
        {
            SharePointDocuments.WriteCollection(collection, page, isRestricted);
        }

        await foreach (var site in sites.AllAsync(cancellationToken))
        {
            if (since is not null && RestTime.Of(site.Text("lastModifiedDateTime")) is { } changed && changed < since)
            {
                continue;
            }

            try
            {
                await documents.WriteSiteAsync(site, page, cancellationToken);
            }
            catch (ConnectorException closed) when (RestErrors.IsClosedPlace(closed))
            {
                page.AddUnreadable(site.RequiredText("A site of SharePoint", "id"), closed.Message);
            }
        }

        return null;
    }
}
