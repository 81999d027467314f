using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Dropbox;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Dropbox;

/// <summary>How the recording of Dropbox is replayed.</summary>
/// <remarks>
/// What is asked and read agrees with dropbox.com/developers, HTTP documentation, and with the types of Dropbox's SDKs: files
/// (list_folder, search_v2, list_revisions, get_metadata, download, export), sharing (list_received_files, get_shared_link_metadata,
/// list_folder_members, list_file_members with batch), team (members/list_v2, token/get_authenticated_admin),
/// users/get_current_account.
/// </remarks>
internal static class DropboxReplay
{
    private const string Argument = "dropbox-api-arg";
    private const string Batch = "/2/sharing/list_file_members/batch";

    private static readonly Dictionary<string, string> Hosts = new(StringComparer.Ordinal)
    {
        ["api.dropbox.test"] = "api.dropboxapi.com",
        ["content.dropbox.test"] = "content.dropboxapi.com",
    };

    /// <summary>A token of a user.</summary>
    public static ReplaySource Source { get; } = With((_, _) => null);

    /// <summary>A token of a team.</summary>
    public static ReplaySource Team { get; } = TeamWith((_, _) => null);

    /// <summary>The recording with answers of one's own before it.</summary>
    public static ReplaySource With(Func<ReplayRequest, Func<ReplayRequest, ReplayAnswer?>, ReplayAnswer?> answer) =>
        new("dropbox", context => new DropboxDataSource(context))
        {
            Answer = (request, find) => answer(request, find) ?? Answer(request, find),
            Normalize = Normalize,
            Headers = ["dropbox-api-select-user", "dropbox-api-path-root", Argument],
        };

    /// <summary>
    /// The same for a team, whose token is not good for the account of a user: 400 with a sentence (dropbox.com/developers, Error
    /// handling).
    /// </summary>
    public static ReplaySource TeamWith(Func<ReplayRequest, Func<ReplayRequest, ReplayAnswer?>, ReplayAnswer?> answer) =>
        With(
            (request, find) =>
                answer(request, find)
                ?? (
                    request.Url.AbsolutePath == "/2/users/get_current_account"
                        ? new ReplayAnswer(
                            400,
                            new Dictionary<string, string>(StringComparer.Ordinal) { ["content-type"] = "text/plain" },
                            "This API function operates on a single Dropbox account."u8.ToArray()
                        )
                        : null
                )
        );

    /// <summary>A refusal that depends on the call.</summary>
    public static ReplayAnswer Refused(string tags) =>
        ReplayAnswer.Json(409, new JsonObject { ["error_summary"] = $"{tags}/..", ["error"] = new JsonObject() });

    /// <summary>A page of a listing.</summary>
    public static ReplayAnswer Page(string cursor, bool more, params JsonObject[] entries) =>
        ReplayAnswer.Json(
            new JsonObject
            {
                ["entries"] = new JsonArray([.. entries]),
                ["cursor"] = cursor,
                ["has_more"] = more,
            }
        );

    /// <summary>A file.</summary>
    public static JsonObject File(string id, string path) =>
        new()
        {
            [".tag"] = "file",
            ["id"] = id,
            ["name"] = Path.GetFileName(path),
            ["path_lower"] = path,
            ["path_display"] = path,
            ["size"] = 7,
            ["rev"] = "2",
        };

    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        if (request.Url.AbsolutePath == Batch)
        {
            return Members(request, find);
        }

        // The recorded source does not fetch a picture.
        if (request.Query.Any(parameter => parameter.Key == Argument && parameter.Value.Contains("id:3", StringComparison.Ordinal)))
        {
            return new ReplayAnswer(
                200,
                new Dictionary<string, string>(StringComparer.Ordinal) { ["content-type"] = "application/octet-stream" },
                "dropped"u8.ToArray()
            );
        }

        // Ours name a file by its id, the recorded ones by its path: Dropbox takes both.
        var byPath = request.WithQuery(Argument, text =>
            text.Replace("\"id:1\"", "\"/docs/a.txt\"", StringComparison.Ordinal)
                .Replace("\"id:2\"", "\"/docs/memo.paper\"", StringComparison.Ordinal)
        );
        return find(byPath);
    }

    /// <summary>Recorded are batches across pages; ours are within one.</summary>
    private static ReplayAnswer? Members(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var wanted = request.Body!["files"]!.AsArray().Select(file => (string)file!).ToList();
        var recorded = wanted.Contains("id:7") ? (string[])["id:7"] : ["id:1", "id:2", "id:3"];
        var body = new JsonObject { ["files"] = new JsonArray([.. recorded.Select(file => (JsonNode)file)]), ["limit"] = 20 };
        return find(request with { Body = body }) is { } answer
            ? ReplayAnswer.Json(
                new JsonArray([
                    .. JsonNode
                        .Parse(answer.Body)!
                        .AsArray()
                        .Where(result => wanted.Contains((string)result!["file"]!))
                        .Select(result => result!.DeepClone()),
                ])
            )
            : null;
    }

    private static ReplayRequest Normalize(ReplayRequest request)
    {
        var body = request.Body?.DeepClone();
        if (request.Url.AbsolutePath == "/oauth2/token")
        {
            foreach (var secret in (string[])["refresh_token", "client_id", "client_secret"])
            {
                body!.AsObject().Remove(secret);
            }
        }

        var host = Hosts.GetValueOrDefault(request.Url.Host, request.Url.Host);
        return (request with { Url = new UriBuilder(request.Url) { Host = host }.Uri, Body = body })
            .WithQuery(Argument, Compact)
            .WithQuery("dropbox-api-path-root", Compact);
    }

    private static string Compact(string json) => JsonNode.Parse(json)!.ToJsonString();
}
