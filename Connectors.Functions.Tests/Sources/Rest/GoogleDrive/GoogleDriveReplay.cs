using System.Text.Json.Nodes;
using Connectors.Sources.Rest.GoogleDrive;
using Connectors.Tests.Sources.Rest.Google;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.GoogleDrive;

/// <summary>How the recording of Google Drive is replayed.</summary>
internal static class GoogleDriveReplay
{
    public static ReplaySource Source { get; } = With(_ => null);

    /// <summary>The recording with answers of one's own before it.</summary>
    public static ReplaySource With(Func<ReplayRequest, ReplayAnswer?> answer) =>
        GoogleReplay.Source(
            "google_drive",
            context => new GoogleDriveDataSource(context),
            (request, find) => answer(request) ?? Answer(request, find),
            Normalize
        );

    /// <summary>A list of files.</summary>
    public static ReplayAnswer Files(params JsonObject[] files) =>
        ReplayAnswer.Json(new JsonObject { ["files"] = new JsonArray([.. files.Select(file => (JsonNode)file)]) });

    /// <summary>A file.</summary>
    public static JsonObject File(string id, string owner) =>
        new()
        {
            ["id"] = id,
            ["name"] = $"{id}.txt",
            ["size"] = "1",
            ["mimeType"] = "text/plain",
            ["owners"] = new JsonArray(new JsonObject { ["displayName"] = owner, ["emailAddress"] = owner }),
        };

    public static string? Parameter(ReplayRequest request, string name) =>
        request.Query.Where(parameter => parameter.Key == name).Select(parameter => parameter.Value).FirstOrDefault();

    /// <summary>Whether files are listed, and not the folders among them.</summary>
    public static bool ListsFiles(ReplayRequest request) =>
        request.Url.AbsolutePath == "/drive/v3/files" && Parameter(request, "q")?.StartsWith("mimeType", StringComparison.Ordinal) == false;

    /// <summary>
    /// The recorded source asks for all drives at once (corpora=allDrives), which Google calls slow and incomplete
    /// (developers.google.com, Drive API: Search for files and folders); ours ask for one at a time, and get what the recorded answer has
    /// of it. Groups of groups are asked for as well (Directory API, groups.list: userKey may be a group). The recorded server puts files
    /// of no drive into folders of one, so each place is given all folders.
    /// </summary>
    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        if (
            request.Url.AbsolutePath.EndsWith("/groups", StringComparison.Ordinal)
            && Parameter(request, "userKey")?.Contains('@', StringComparison.Ordinal) == true
        )
        {
            return ReplayAnswer.Json(new JsonObject { ["kind"] = "admin#directory#groups" });
        }

        if (request.Url.AbsolutePath != "/drive/v3/files" || Parameter(request, "corpora") is not ("user" or "drive"))
        {
            return null;
        }

        var drive = Parameter(request, "driveId");
        var recorded = find(request) ?? find(request.WithQuery("driveId", _ => null).WithQuery("corpora", _ => "allDrives"));
        if (recorded is not { Status: 200 } || !ListsFiles(request))
        {
            return recorded;
        }

        var body = JsonNode.Parse(recorded.Body)!;
        foreach (var file in body["files"]!.AsArray().Where(file => (string?)file!["driveId"] != drive).ToList())
        {
            body["files"]!.AsArray().Remove(file);
        }

        return ReplayAnswer.Json(body);
    }

    /// <summary>
    /// Fields are chosen more closely, sorted by what no change moves (createdTime), and pages of users are as large as they can be.
    /// </summary>
    private static ReplayRequest Normalize(ReplayRequest request) =>
        request
            .WithQuery("fields", _ => null)
            .WithQuery("orderBy", _ => null)
            .WithQuery("maxResults", _ => null)
            .WithQuery("includeItemsFromAllDrives", _ => null)
            .WithQuery("supportsAllDrives", _ => null);
}
