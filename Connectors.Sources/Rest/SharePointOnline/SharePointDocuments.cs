using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.Microsoft.Drives;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.SharePointOnline;

/// <summary>Makes documents of collections, sites, drives and what lies in drives.</summary>
/// <param name="graph">Fetches contents.</param>
/// <param name="access">Who may see what; <see langword="null"/> when access control is off.</param>
/// <param name="permissions">Asks who may see items of drives; <see langword="null"/> when it is not asked.</param>
/// <param name="notBefore">Older files come without their content; <see langword="null"/> when all come with it.</param>
internal sealed class SharePointDocuments(RestClient graph, SharePointAccess? access, GraphBatch? permissions, DateTimeOffset? notBefore)
{
    /// <summary>What is asked for of an item of a drive.</summary>
    public const string ItemFields =
        "id,content.downloadUrl,lastModifiedDateTime,lastModifiedBy,root,deleted,file,folder,package,name,webUrl,createdBy,createdDateTime,"
        + "size,parentReference";

    /// <summary>An address that is signed: who has it gets the file without signing in, for an hour.</summary>
    private const string SignedAddress = "@microsoft.graph.downloadUrl";

    /// <summary>The fields of an item, with its kind; the id is the engine's.</summary>
    public static DocumentFields FieldsOf(string kind, params string[] leftOut) =>
        DocumentFields.All.With([
            DocumentField.Constant("object_type", kind),
            DocumentField.LeftOut("id"),
            .. leftOut.Select(DocumentField.LeftOut),
        ]);

    /// <summary>The root of a site collection. Everybody may know of it: who may see what is in it is known of its sites.</summary>
    public static void WriteCollection(JsonElement collection, StreamPage page, bool isRestricted)
    {
        var address = SharePointSites.AddressOf(collection);
        page.Add(address, collection, Collection, access: isRestricted ? [AccessControl.Everyone] : null);
    }

    /// <summary>A site.</summary>
    public async Task WriteSiteAsync(JsonElement site, StreamPage page, CancellationToken cancellationToken) =>
        page.Add(
            site.RequiredText("A site of SharePoint", "id"),
            site,
            Site,
            access: access is null ? null : await access.OfSiteAsync(SharePointSites.AddressOf(site), cancellationToken)
        );

    /// <summary>A document library.</summary>
    public async Task WriteDriveAsync(string site, JsonElement drive, StreamPage page, CancellationToken cancellationToken) =>
        page.Add(
            drive.RequiredText("A drive of SharePoint", "id"),
            drive,
            Drive,
            access: access is null ? null : await access.OfSiteAsync(site, cancellationToken)
        );

    /// <summary>Files and folders.</summary>
    public async Task WriteItemsAsync(
        string site,
        string drive,
        IReadOnlyList<JsonElement> items,
        StreamPage page,
        CancellationToken cancellationToken
    )
    {
        var address = $"drives/{drive}";
        if (access is null || permissions is null)
        {
            var allowed = access is null ? null : await access.OfSiteAsync(site, cancellationToken);
            foreach (var item in items)
            {
                WriteItem(address, item, page, allowed);
            }

            return;
        }

        foreach (var (item, granted) in await DriveItems.WithPermissionsAsync(permissions, address, "", items, page, cancellationToken))
        {
            WriteItem(address, item, page, await access.OfPermissionsAsync(site, granted, cancellationToken));
        }
    }

    private static readonly DocumentFields Collection = FieldsOf("site_collection", "@odata.context");
    private static readonly DocumentFields Site = FieldsOf("site", "@odata.context", "sites", "sites@odata.context");
    private static readonly DocumentFields Drive = FieldsOf("site_drive");
    private static readonly DocumentFields Item = FieldsOf("drive_item", SignedAddress);

    private void WriteItem(string drive, JsonElement item, StreamPage page, IReadOnlyCollection<string>? allowed)
    {
        var changed = RestTime.Of(item.Text("lastModifiedDateTime"));
        var content = changed < notBefore || item.Find(SignedAddress) is null ? null : DriveItems.ContentOf(graph, drive, item);
        page.Add(DriveItems.IdOf(item), item, Item, changed, content, allowed);
    }
}
