using System.Text.Json.Nodes;
using Connectors.Tests.Sources.Rest.Google;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.GoogleDrive;

/// <summary>
/// Drive's change logs, which the recorded source does not ask: it searches for what changed. The form is that of developers.google.com,
/// Drive API: "Retrieve changes", "Track changes for users and shared drives", and the reference of changes.list and
/// changes.getStartPageToken. A log is that of a user, of a shared drive by its id, or of the service account (<see cref="Own"/>).
/// </summary>
internal sealed class DriveLogs
{
    public const string Own = "own";

    private readonly Dictionary<(string Log, string Token), JsonObject> _pages = [];
    private readonly Dictionary<string, string> _ends = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Log, string Token), ReplayAnswer> _refusals = [];

    /// <summary>Logs that were asked for changes, with the token.</summary>
    public List<(string Log, string Token)> Asked { get; } = [];

    /// <summary>A file that changed.</summary>
    public static JsonObject Changed(JsonObject file) =>
        new()
        {
            ["changeType"] = "file",
            ["removed"] = false,
            ["fileId"] = (string)file["id"]!,
            ["file"] = file,
        };

    /// <summary>A file that the asking account can no longer see: "Only the ID of the item is available in the change entry."</summary>
    public static JsonObject Removed(string id) =>
        new()
        {
            ["changeType"] = "file",
            ["removed"] = true,
            ["fileId"] = id,
        };

    /// <summary>The end of a log as it is now, which a full sync asks for.</summary>
    public DriveLogs EndsAt(string log, string token)
    {
        _ends[log] = token;
        return this;
    }

    /// <summary>A page of a log that another one follows.</summary>
    public DriveLogs Page(string log, string token, string next, params JsonObject[] changes) =>
        Add(log, token, "nextPageToken", next, changes);

    /// <summary>The last page of a log.</summary>
    public DriveLogs LastPage(string log, string token, string end, params JsonObject[] changes) =>
        Add(log, token, "newStartPageToken", end, changes);

    /// <summary>A token that is refused.</summary>
    public DriveLogs Refuses(string log, string token, ReplayAnswer refusal)
    {
        _refusals[(log, token)] = refusal;
        return this;
    }

    /// <summary>The recording with these logs, and with answers of one's own before it. A user's token is the user's address, so that it
    /// can be told who asks. A log of which nothing was said has no changes.</summary>
    public ReplaySource Source(Func<ReplayRequest, string, ReplayAnswer?>? answer = null)
    {
        var source = GoogleDriveReplay.With(request =>
            answer?.Invoke(request, LogOf(request))
            ?? request.Url.AbsolutePath switch
            {
                "/token" => ReplayAnswer.Json(
                    new JsonObject
                    {
                        ["access_token"] = GoogleReplay.SubjectOf(request) ?? Own,
                        ["expires_in"] = 3599,
                        ["token_type"] = "Bearer",
                    }
                ),
                "/drive/v3/changes/startPageToken" => ReplayAnswer.Json(
                    new JsonObject { ["startPageToken"] = _ends.GetValueOrDefault(LogOf(request), "1") }
                ),
                "/drive/v3/changes" => ChangesOf(LogOf(request), GoogleDriveReplay.Parameter(request, "pageToken")!),
                _ => null,
            }
        );
        return source with
        {
            Headers = ["authorization"],
            Normalize = request => source.Normalize(request).WithQuery("authorization", _ => null),
        };
    }

    private static string LogOf(ReplayRequest request) =>
        GoogleDriveReplay.Parameter(request, "driveId")
        ?? GoogleDriveReplay.Parameter(request, "authorization")?.Split(' ')[^1]
        ?? string.Empty;

    private ReplayAnswer ChangesOf(string log, string token)
    {
        lock (Asked)
        {
            Asked.Add((log, token));
        }

        return _refusals.TryGetValue((log, token), out var refusal) ? refusal
            : _pages.TryGetValue((log, token), out var page) ? ReplayAnswer.Json(page.DeepClone())
            : ReplayAnswer.Json(new JsonObject { ["newStartPageToken"] = token, ["changes"] = new JsonArray() });
    }

    private DriveLogs Add(string log, string token, string name, string next, JsonObject[] changes)
    {
        _pages[(log, token)] = new JsonObject { [name] = next, ["changes"] = new JsonArray([.. changes]) };
        return this;
    }
}
