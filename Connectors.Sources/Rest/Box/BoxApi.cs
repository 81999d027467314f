using System.Globalization;
using System.Net;
using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Box;

/// <summary>What Box's API is asked, and how it answers.</summary>
internal static class BoxApi
{
    private const string ItemFields =
        "name,size,type,sequence_id,etag,created_at,modified_at,content_created_at,content_modified_at,description,created_by,modified_by,"
        + "owned_by,parent,item_status";

    private static readonly DocumentFields Document = DocumentFields.All.With(
        DocumentField.LeftOut("id"),
        DocumentField.LeftOut("modified_at")
    );

    /// <summary>Where it is.</summary>
    public static Uri Address { get; } = new("https://api.box.com/");

    /// <summary>Pages by marker: an offset ends at 300,000 items, and passes items over when others are removed meanwhile.</summary>
    public static RestPaging Paging { get; } =
        RestPaging.Cursor("/entries", "/next_marker", (request, marker) => request.WithQuery("marker", marker));

    /// <summary>The users of the enterprise.</summary>
    public static RestRequest Users { get; } = RestRequest.Get("2.0/users?usemarker=true&limit=1000");

    /// <summary>What is in a folder.</summary>
    /// <param name="folder">Its id; 0 for the top.</param>
    /// <param name="user">Whose view it is; empty for that of whoever signed in.</param>
    public static RestRequest Items(string folder, string user) =>
        As(user, RestRequest.Get($"2.0/folders/{Uri.EscapeDataString(folder)}/items?usemarker=true&limit=1000&fields={ItemFields}"));

    /// <summary>Writes the document of a file or folder. A link to the web is none.</summary>
    public static void Write(RestClient client, string user, JsonElement item, StreamPage page)
    {
        if (item.Text("type") is not ("file" or "folder"))
        {
            return;
        }

        var id = item.RequiredText("An item of Box", "id");
        page.Add(id, item, Document, RestTime.Of(item.Text("modified_at")), ContentOf(client, user, id, item));
    }

    /// <summary>
    /// A file that was just uploaded may not be ready: 202, with the time when it will be (Download file, Box's reference).
    /// </summary>
    public static TimeSpan? NotReady(RestResponse answer, DateTimeOffset now) =>
        answer.Status != HttpStatusCode.Accepted ? null
        : int.TryParse(answer.Header("Retry-After"), CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds)
        : TimeSpan.FromSeconds(10);

    private static RestContent? ContentOf(RestClient client, string user, string id, JsonElement item) =>
        item.Text("type") == "file" && item.Text("name") is { } name && item.Number("size") is > 0 and var size
            ? new RestContent(client, As(user, RestRequest.Get($"2.0/files/{Uri.EscapeDataString(id)}/content").AsFile()), name, size)
            : null;

    private static RestRequest As(string user, RestRequest request) =>
        user.Length == 0 ? request : request with { Headers = [.. request.Headers, new("as-user", user)] };
}
