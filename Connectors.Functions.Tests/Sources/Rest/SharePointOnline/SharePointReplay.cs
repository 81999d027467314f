using System.Text.Json.Nodes;
using Connectors.Sources.Rest.SharePointOnline;
using Connectors.Tests.Sources.Rest.Microsoft;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.SharePointOnline;

/// <summary>How the recording of SharePoint Online is replayed.</summary>
internal static class SharePointReplay
{
    private const string Tenant = "11111111-2222-4333-8444-555555555555";
    private const string TasksById = "/_api/web/lists(guid'd0000000-0000-4000-8000-000000000001')";

    private static readonly Dictionary<string, string> Hosts = new(StringComparer.Ordinal)
    {
        ["graph.sharepoint-online.test"] = "graph.microsoft.com",
        ["login.sharepoint-online.test"] = "login.microsoftonline.com",
        ["acs.sharepoint-online.test"] = "accounts.accesscontrol.windows.net",
        ["tenant.sharepoint-online.test"] = "fabrikam.sharepoint.com",
    };

    public static ReplaySource Source { get; } = With(_ => null);

    /// <summary>The recording with answers of one's own before it.</summary>
    public static ReplaySource With(Func<ReplayRequest, ReplayAnswer?> answer) =>
        MicrosoftReplay.Source(
            "sharepoint_online",
            context => new SharePointOnlineDataSource(context),
            Hosts,
            (request, find) => answer(request) ?? Answer(request, find)
        );

    /// <summary>Recorded documents.</summary>
    public static IReadOnlyList<JsonObject> Documents(Recording recording, string file) =>
        MicrosoftReplay.Documents(recording, file, Hosts);

    /// <summary>
    /// What the recorded source asks for in another form, or not at all: lists by their titles instead of ids (learn.microsoft.com,
    /// Working with lists and list items with REST); whether the library of pages has roles of its own; the root site, to see whether the
    /// sign-in is good (SharePoint REST service endpoints); a time in the place of a token (driveItem: delta).
    /// </summary>
    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var path = Uri.UnescapeDataString(request.Url.AbsolutePath);
        if (request.Url.Host == "accounts.accesscontrol.windows.net")
        {
            return (string?)request.Body!["resource"] == $"00000003-0000-0ff1-ce00-000000000000/fabrikam.sharepoint.com@{Tenant}"
                ? ReplayAnswer.Json(new JsonObject { ["expires_in"] = "86399", ["access_token"] = "fake-rest-token" })
                : null;
        }

        if (path == "/_api/web")
        {
            return ReplayAnswer.Json(new JsonObject { ["Title"] = "Fabrikam" });
        }

        if (path.EndsWith("GetByTitle('Site Pages')/HasUniqueRoleAssignments", StringComparison.Ordinal))
        {
            return ReplayAnswer.Json(new JsonObject { ["value"] = false });
        }

        if (path.Contains(TasksById, StringComparison.Ordinal))
        {
            var other = request.Url.AbsoluteUri.Replace(
                request.Url.AbsolutePath,
                path.Replace(TasksById, "/_api/lists/GetByTitle('Tasks')", StringComparison.Ordinal),
                StringComparison.Ordinal
            );
            return find(request with { Url = new Uri(other) });
        }

        return request.Query.Any(parameter => parameter.Key == "token" && parameter.Value.StartsWith("2024", StringComparison.Ordinal))
            ? path.Contains("b!drive1", StringComparison.Ordinal)
                ? find(request.WithQuery("token", _ => "latest"))
                : MicrosoftReplay.List(next: null)
            : null;
    }
}
