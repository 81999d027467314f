using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Microsoft.Drives;

/// <summary>The items of a drive: files and folders.</summary>
internal static class DriveItems
{
    /// <summary>The id of an item.</summary>
    public static string IdOf(JsonElement item) => item.RequiredText("An item of a drive of Microsoft Graph", "id");

    /// <summary>
    /// The content of a file; <see langword="null"/> when there is none. It is asked for by its own address, which leads to one that is
    /// signed for an hour: the content may be wanted long after the listing.
    /// </summary>
    /// <param name="client">Fetches it.</param>
    /// <param name="drive">The drive's address: <c>users/U/drive</c>, <c>drives/D</c>.</param>
    /// <param name="item">The item.</param>
    public static RestContent? ContentOf(RestClient client, string drive, JsonElement item) =>
        item.Find("file") is not null && item.Text("name") is { } name && item.Number("size") is > 0 and var size
            ? new RestContent(client, RestRequest.Get($"{AddressOf(drive, item)}/content").AsFile(), name, size)
            : null;

    /// <summary>Items, each with its permissions; one that is not there any more is reported and left out.</summary>
    /// <param name="batch">Asks for the permissions.</param>
    /// <param name="drive">The drive's address.</param>
    /// <param name="query">The query for the permissions of an item, with its question mark; empty for none.</param>
    /// <param name="items">The items.</param>
    /// <param name="page">Takes the reports.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<IReadOnlyList<(JsonElement Item, IReadOnlyList<JsonElement> Permissions)>> WithPermissionsAsync(
        GraphBatch batch,
        string drive,
        string query,
        IReadOnlyList<JsonElement> items,
        StreamPage page,
        CancellationToken cancellationToken
    )
    {
        var lists = await batch.ListsAsync([.. items.Select(item => $"/{AddressOf(drive, item)}/permissions{query}")], cancellationToken);
        var found = new List<(JsonElement Item, IReadOnlyList<JsonElement> Permissions)>();
        foreach (var (item, permissions) in items.Zip(lists))
        {
            if (permissions is not null)
            {
                found.Add((item, permissions));
            }
            else
            {
                page.AddUnreadable(IdOf(item), "Who may see it can't be asked: it is not there any more (404).");
            }
        }

        return found;
    }

    private static string AddressOf(string drive, JsonElement item) => $"{drive}/items/{Uri.EscapeDataString(IdOf(item))}";
}
