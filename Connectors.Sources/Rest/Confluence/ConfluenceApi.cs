using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Confluence;

/// <summary>The addresses of Confluence's REST API, which Cloud has under <c>/wiki</c> and a server under its base path.</summary>
/// <param name="client">Sends the requests.</param>
/// <param name="configuration">Where the service is, and how to sign in.</param>
internal sealed class ConfluenceApi(RestClient client, ConfluenceConfiguration configuration)
{
    private const string Restrictions = "restrictions.read.restrictions.user,restrictions.read.restrictions.group";

    private readonly string _root = configuration.Atlassian.IsCloud ? "/wiki" : configuration.Atlassian.BasePath;

    /// <summary>Sends the requests.</summary>
    public RestClient Client => client;

    /// <summary>Whether Atlassian runs it.</summary>
    public bool IsCloud => configuration.Atlassian.IsCloud;

    /// <summary>How all lists are paged: each page holds the address of the next one, without the root.</summary>
    public RestPaging Paging => RestPaging.NextLink("/results", "/_links/next", _root);

    /// <summary>The list of spaces, with who may view them in Cloud; elsewhere the API does not tell.</summary>
    public RestRequest Spaces => Get(IsCloud ? "/rest/api/space?limit=100&expand=permissions,history" : "/rest/api/space?limit=100");

    /// <summary>Properties of a content by which it is known who may see it, beside its ancestors.</summary>
    private string Access => $"space,{(IsCloud ? "space.permissions," : string.Empty)}{Restrictions}";

    /// <summary>A request under the root.</summary>
    public RestRequest Get(string path) => RestRequest.Get(_root + path);

    /// <summary>The address of something for people.</summary>
    public string? WebAddress(string? path) => path is null ? null : configuration.Atlassian.Site + _root + path;

    /// <summary>Pages or blog posts that a query finds, with all that a document takes.</summary>
    public RestRequest Contents(string query) =>
        Get(
            $"/rest/api/content/search?cql={Uri.EscapeDataString(query)}&limit=50"
                + "&expand=ancestors,children.attachment,history.lastUpdated,body.storage,"
                + Access
        );

    /// <summary>Comments or attachments that a query finds, with what they belong to.</summary>
    public RestRequest Parts(string query) =>
        Get(
            $"/rest/api/content/search?cql={Uri.EscapeDataString(query)}&limit=50"
                + "&expand=container,history.lastUpdated,version,extensions,body.storage,space"
        );

    /// <summary>Whatever a rule finds.</summary>
    public RestRequest Found(string query) =>
        Get(
            $"/rest/api/search?cql={Uri.EscapeDataString(query)}&limit=100"
                + "&expand=content.history,content.extensions,content.container,content.space,"
                + $"content.body.storage,space.description,space.history{(IsCloud ? string.Empty : "&start=0")}"
        );

    /// <summary>A content with what says who may see it.</summary>
    public RestRequest AccessOf(string id) => Get($"/rest/api/content/{Uri.EscapeDataString(id)}?expand=ancestors,{Access}");

    /// <summary>Who may read a content, by its own restrictions. 404 when there are none.</summary>
    public RestRequest RestrictionsOf(string id) =>
        Get($"/rest/api/content/{Uri.EscapeDataString(id)}/restriction/byOperation/read?expand=restrictions.user,restrictions.group") with
        {
            Accepted = [404],
        };

    /// <summary>Names of labels.</summary>
    public async Task<IReadOnlyList<string>> LabelsAsync(string id, CancellationToken cancellationToken)
    {
        var labels = new List<string>();
        await foreach (var label in client.ListAsync(Get($"/rest/api/content/{id}/label"), Paging, cancellationToken))
        {
            labels.Add(label.RequiredText("A label of Confluence", "name"));
        }

        return labels;
    }

    /// <summary>Attachments of a page or blog post. Each may be kept.</summary>
    public async Task<IReadOnlyList<JsonElement>> AttachmentsAsync(string id, CancellationToken cancellationToken)
    {
        var request = Get($"/rest/api/content/{id}/child/attachment?limit=100&expand=version,history");
        return await client.ListAsync(request, Paging, cancellationToken).ToListAsync(cancellationToken);
    }

    /// <summary>An attachment's file.</summary>
    public DocumentContent? ContentOf(JsonElement attachment) =>
        attachment.Text("_links", "download") is { } path
        && attachment.Text("title") is { } name
        && attachment.Number("extensions", "fileSize") is not 0 and var size
            ? new RestContent(client, Get(path).AsFile(), name, size)
            : null;
}
