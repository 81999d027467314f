using System.Text;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.SharePointServer;
using Connectors.Tests.Sources.Rest.Microsoft;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.SharePointServer;

/// <summary>How the recording of SharePoint Server is replayed: under the host that its ids were made of.</summary>
internal static class SharePointServerReplay
{
    private const string PageFields = "WikiField,CanvasContent1,Modified,Id,GUID,File,Folder";

    private const string Flag = ",HasUniqueRoleAssignments";

    private static readonly Dictionary<string, string> Hosts = new(StringComparer.Ordinal)
    {
        ["sharepoint-server.test"] = "sp.example.org",
    };

    private static readonly Dictionary<string, string> Titles = new(StringComparer.Ordinal)
    {
        ["list-1"] = "Documents",
        ["list-2"] = "Site Pages",
        ["list-3"] = "Tasks",
    };

    public static ReplaySource Source { get; } =
        new("sharepoint_server", context => new SharePointServerDataSource(context))
        {
            Answer = Answer,
            Normalize = Normalize,
            Values = new Dictionary<string, string>(StringComparer.Ordinal) { ["host_url"] = "https://sp.example.org" },
            Parts = (request, response) =>
                [
                    (
                        new ReplayRequest("GET", new Uri((string)MicrosoftReplay.Real(request, Hosts)["url"]!), null),
                        WithPaths(MicrosoftReplay.Real(response, Hosts))
                    ),
                ],
        };

    /// <summary>Recorded documents under that host.</summary>
    public static IReadOnlyList<JsonObject> Documents(Recording recording, string file) =>
        MicrosoftReplay.Documents(recording, file, Hosts);

    /// <summary>A file.</summary>
    public static ReplayAnswer Bytes(string text) => MicrosoftReplay.Bytes(Encoding.UTF8.GetBytes(text));

    /// <summary>A list of the server.</summary>
    public static ReplayAnswer List(params JsonNode?[] items) => MicrosoftReplay.List(next: null, items);

    /// <summary>One value of the server.</summary>
    public static ReplayAnswer Value(bool value) => ReplayAnswer.Json(new JsonObject { ["value"] = value });

    /// <summary>A refusal.</summary>
    public static ReplayAnswer Refused(int status = 403) =>
        ReplayAnswer.Json(status, new JsonObject { ["odata.error"] = new JsonObject { ["code"] = "-2147024891" } });

    /// <summary>The recorded source asks for the paths of a list's items, and they are not in the answers. An item has the name
    /// <c>ID_.000</c> in its list's folder.</summary>
    private static JsonObject WithPaths(JsonObject response)
    {
        var items = (response["body"] as JsonObject)?["value"] as JsonArray ?? [];
        foreach (var item in items.OfType<JsonObject>().Where(item => item.ContainsKey("Attachments")))
        {
            item["FileRef"] ??= $"/sites/eng/Lists/Tasks/{item["Id"]}_.000";
        }

        return response;
    }

    /// <summary>Lists are asked for their roles by their ids (learn.microsoft.com, Working with lists and list items with REST), not by
    /// titles.</summary>
    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var path = Uri.UnescapeDataString(request.Url.AbsolutePath);
        var list = Titles.Keys.FirstOrDefault(id => path.Contains($"/_api/web/lists(guid'{id}')/", StringComparison.Ordinal));
        return list is not null && path.EndsWith("RoleAssignments", StringComparison.OrdinalIgnoreCase)
            ? find(
                request with
                {
                    Url = new UriBuilder(request.Url)
                    {
                        Path = path.Replace($"web/lists(guid'{list}')", $"lists/GetByTitle('{Titles[list]}')", StringComparison.Ordinal),
                    }.Uri,
                }
            )
            : null;
    }

    /// <summary>
    /// The server does not care about capitals. How many items a page has is the source's own business, and all fields of a page are among
    /// those of an item: the older servers do not know each that the recorded source names. Whether items have roles of their own is asked
    /// for with them (learn.microsoft.com, SecurableObject.HasUniqueRoleAssignments: not among those that come by themselves).
    /// </summary>
    private static ReplayRequest Normalize(ReplayRequest request)
    {
        var same = (
            request with
            {
                Url = new UriBuilder(request.Url) { Path = request.Url.AbsolutePath.ToLowerInvariant() }.Uri,
            }
        ).WithQuery("$filter", filter => filter.ToLowerInvariant());
        return same.Url.AbsolutePath.EndsWith("/items", StringComparison.Ordinal)
            ? same.WithQuery("$top", _ => null)
                .WithQuery("$select", fields =>
                    fields.Replace(PageFields, "*", StringComparison.Ordinal).Replace(Flag, "", StringComparison.Ordinal)
                )
            : same;
    }
}
