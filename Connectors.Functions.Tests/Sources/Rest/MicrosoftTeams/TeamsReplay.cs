using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.MicrosoftTeams;
using Connectors.Tests.Sources.Rest.Microsoft;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.MicrosoftTeams;

/// <summary>How the recording of Microsoft Teams is replayed.</summary>
internal static class TeamsReplay
{
    private static readonly Dictionary<string, string> Hosts = new(StringComparer.Ordinal)
    {
        ["tenant.teams.test.sharepoint.com"] = "fabrikam.sharepoint.com",
        ["graph.teams.test"] = "graph.microsoft.com",
        ["login.teams.test"] = "login.microsoftonline.com",
        ["download.teams.test"] = "files.example.org",
    };

    public static ReplaySource Source { get; } = With(_ => null);

    /// <summary>The recording with answers of one's own before it.</summary>
    public static ReplaySource With(Func<ReplayRequest, ReplayAnswer?> answer) =>
        MicrosoftReplay.Source(
            "microsoft_teams",
            context => new MicrosoftTeamsDataSource(context),
            Hosts,
            (request, find) => answer(request) ?? Answer(request, find)
        );

    /// <summary>Recorded documents.</summary>
    public static IReadOnlyList<JsonObject> Documents(Recording recording, string file) =>
        MicrosoftReplay.Documents(recording, file, Hosts);

    /// <summary>
    /// What the recorded source asks for in another form (learn.microsoft.com, Microsoft Graph REST API v1.0): a sent file by a folder
    /// that has an English name, where ours has its address (Accessing shared DriveItems); contents by addresses that end after an hour
    /// (Download the contents of a driveItem).
    /// </summary>
    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var path = request.Url.AbsolutePath;
        if (path.EndsWith("/content", StringComparison.Ordinal))
        {
            var number = int.Parse(path.Split('/')[^2][3..], CultureInfo.InvariantCulture);
            return ReplayAnswer.Json(302, null, ("location", $"https://files.example.org/dl/{number}"));
        }

        if (!path.StartsWith("/v1.0/shares/", StringComparison.Ordinal))
        {
            return null;
        }

        var encoded = path.Split('/')[3][2..].Replace('_', '/').Replace('-', '+');
        var address = Encoding.UTF8.GetString(Convert.FromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '=')));
        var children = new Uri("https://graph.microsoft.com/v1.0/drives/drvB/items/01CHAT/children?$filter=name+eq+'Bob''s%20plan.txt'");
        if (address != "https://fabrikam.sharepoint.com/plan.txt" || find(new ReplayRequest("GET", children, null)) is not { } found)
        {
            return MicrosoftReplay.Error(404, "itemNotFound");
        }

        var file = JsonNode.Parse(found.Body)!["value"]![0]!.DeepClone();
        file["parentReference"] = new JsonObject { ["driveId"] = "drvB" };
        return ReplayAnswer.Json(file);
    }
}
