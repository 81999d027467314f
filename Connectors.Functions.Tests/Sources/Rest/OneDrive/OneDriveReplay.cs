using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.OneDrive;
using Connectors.Tests.Sources.Rest.Microsoft;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.OneDrive;

/// <summary>How the recording of OneDrive is replayed.</summary>
internal static class OneDriveReplay
{
    public const string Ann = "c0000000-0000-4000-8000-000000000001";

    private static readonly Dictionary<string, string> Hosts = new(StringComparer.Ordinal)
    {
        ["graph.onedrive.test"] = "graph.microsoft.com",
        ["login.onedrive.test"] = "login.microsoftonline.com",
        ["download.onedrive.test"] = "files.example.org",
    };

    public static ReplaySource Source { get; } = With(_ => null);

    /// <summary>The recording with answers of one's own before it.</summary>
    /// <param name="answer">Gives them.</param>
    /// <param name="replaced">What stands in the recording in another form, beside hosts.</param>
    public static ReplaySource With(
        Func<ReplayRequest, ReplayAnswer?> answer,
        IEnumerable<KeyValuePair<string, string>>? replaced = null
    ) =>
        MicrosoftReplay.Source(
            "onedrive",
            context => new OneDriveDataSource(context),
            new Dictionary<string, string>(Hosts.Concat(replaced ?? []), StringComparer.Ordinal),
            (request, find) => answer(request) ?? Answer(request, find)
        );

    /// <summary>
    /// What the recorded source does not ask for (learn.microsoft.com, Microsoft Graph REST API v1.0): Get drive; List
    /// a user's memberships; Download the contents of
    /// a driveItem, which leads to an address that is signed; and the facet <c>root</c> of a driveItem, which that source tells by its
    /// name.
    /// </summary>
    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var path = request.Url.AbsolutePath;
        if (path.EndsWith("/drive", StringComparison.Ordinal))
        {
            return ReplayAnswer.Json(new JsonObject { ["id"] = "b!x" });
        }

        if (path == $"/v1.0/users/{Ann}/transitiveMemberOf")
        {
            return MicrosoftReplay.List(next: null);
        }

        if (path.EndsWith("/content", StringComparison.Ordinal))
        {
            var number = int.Parse(path.Split('/')[^2][4..], CultureInfo.InvariantCulture);
            return ReplayAnswer.Json(302, null, ("location", $"https://files.example.org/dl/{number}"));
        }

        return path.EndsWith("/root/delta", StringComparison.Ordinal) ? WithRoot(find(request)) : null;
    }

    private static ReplayAnswer? WithRoot(ReplayAnswer? delta)
    {
        if (delta is not { Status: 200 })
        {
            return delta;
        }

        var body = JsonNode.Parse(delta.Body)!;
        foreach (var item in body["value"]!.AsArray().Where(item => (string?)item!["name"] == "root"))
        {
            item!["root"] = new JsonObject();
        }

        return ReplayAnswer.Json(body);
    }
}
