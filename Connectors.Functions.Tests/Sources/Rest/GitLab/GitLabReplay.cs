using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.GitLab;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.GitLab;

/// <summary>How the recording of GitLab is replayed.</summary>
internal static class GitLabReplay
{
    public const string FileOfSecondPage = "file_104_README.md";

    private const string SameText = "<same text as n=";
    private const string ThreadFilter = "discussions/nodes/notes/pageInfo/hasNextPage";

    public static ReplaySource Source { get; } =
        new("gitlab", context => new GitLabDataSource(context))
        {
            Answer = Answer,
            Normalize = Normalize,
            Parts = Whole,
        };

    /// <summary>
    /// The same, where nothing is hidden: what the recorded server answers null, 403 or 404 to is switched off. Then a listing that ends
    /// too early can't pass for a gap.
    /// </summary>
    public static ReplaySource WithoutGaps { get; } =
        Source with
        {
            Answer = (request, find) => SwitchedOff(request) ?? Answer(request, find),
        };

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Texts = new(ReadTexts);

    /// <summary>Null for a list of a project that is there; docs.gitlab.com/api/projects, "Retrieve a project", for its settings.</summary>
    private static ReplayAnswer? SwitchedOff(ReplayRequest request)
    {
        var key = GraphQLKey.Of(request.Body) as JsonObject;
        var (asks, variables) = ((string?)key?["asks"], key?["variables"]);
        return asks?.StartsWith("project/mergeRequests/", StringComparison.Ordinal) == true
            && (string?)variables?["projectPath"] == "acme/tools/beta"
                ? Null("project", "mergeRequests")
            : asks?.StartsWith("group/workItems/", StringComparison.Ordinal) == true && (string?)variables?["groupPath"] == "acme/web"
                ? Null("group", "workItems")
            : request.Url.AbsolutePath == "/api/v4/projects/102"
                ? ReplayAnswer.Json(
                    new JsonObject
                    {
                        ["repository_access_level"] = "disabled",
                        ["issues_access_level"] = "disabled",
                        ["merge_requests_access_level"] = "disabled",
                    }
                )
            : null;

        static ReplayAnswer Null(string owner, string list) =>
            ReplayAnswer.Json(new JsonObject { ["data"] = new JsonObject { [owner] = new JsonObject { [list] = null } } });
    }

    /// <summary>The recording keeps the text of a query once; later exchanges name the one that has it.</summary>
    private static IEnumerable<(ReplayRequest Request, JsonObject Response)>? Whole(JsonObject request, JsonObject response)
    {
        if (
            request["body"] is not JsonObject body
            || (string?)body["query"] is not { } query
            || !query.StartsWith(SameText, StringComparison.Ordinal)
        )
        {
            return null;
        }

        var whole = body.DeepClone().AsObject();
        whole["query"] = Texts.Value[query[SameText.Length..^1]];
        return [(new ReplayRequest((string)request["method"]!, new Uri((string)request["url"]!), whole), response)];
    }

    private static Dictionary<string, string> ReadTexts()
    {
        var exchanges = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Recorded", "sources", "gitlab", "http.jsonl"))
            .Select(line => JsonNode.Parse(line)!);
        return exchanges
            .Where(exchange => exchange["request"]!["body"] is JsonObject)
            .ToDictionary(
                exchange => exchange["n"]!.ToString(),
                exchange => (string)exchange["request"]!["body"]!["query"]!,
                StringComparer.Ordinal
            );
    }

    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        if (GraphQLKey.Of(request.Body) is JsonObject { } key && (string?)key["asks"] is { } asks)
        {
            var variables = key["variables"]!.AsObject();
            return asks.StartsWith("projects/", StringComparison.Ordinal) && variables["projectPaths"] is JsonArray paths
                    ? Named(request, paths, find)
                : asks.StartsWith("note/", StringComparison.Ordinal)
                    ? NotesOf((string)variables["noteId"]!, (string?)variables["cursor"], request, find)
                : (string?)variables["cursor"] == "eyJpZCI6ICI5In0=" ? LastChildren()
                : null;
        }

        var path = request.Url.AbsolutePath;
        return path.EndsWith("/raw", StringComparison.Ordinal) ? Raw(request, find)
            : path.EndsWith("/repository/tree", StringComparison.Ordinal) ? Tree(request, find)
            : path.StartsWith("/api/v4/projects/", StringComparison.Ordinal) && path.Count(letter => letter == '/') == 4 ? Project(path)
            : null;
    }

    /// <summary>Named projects are asked for by name; the recorded source reads all and passes over the others, or asks whether they are
    /// there.</summary>
    private static ReplayAnswer? Named(ReplayRequest request, JsonArray paths, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var listing = find(request with { Body = Query("projects { pageInfo { hasNextPage", []) });
        var answer = listing
            ?? find(request with { Body = Query("projects { nodes { fullPath", new JsonObject { ["projectPaths"] = paths.DeepClone() }) });
        if (answer is not { Status: 200 })
        {
            return answer;
        }

        var names = paths.Select(path => (string)path!).ToHashSet(StringComparer.Ordinal);
        var nodes = JsonNode.Parse(answer.Body)!["data"]!["projects"]!["nodes"]!
            .AsArray()
            .Where(node => names.Contains((string)node!["fullPath"]!));
        return ReplayAnswer.Json(
            new JsonObject { ["data"] = new JsonObject { ["projects"] = LastPage([.. nodes.Select(node => node!.DeepClone())]) } }
        );
    }

    /// <summary>
    /// The rest of a thread is asked for by a note of it: docs.gitlab.com/api/graphql/reference, Query.note and Note.discussion. The
    /// recorded source asks with a filter that this page does not have.
    /// </summary>
    private static ReplayAnswer? NotesOf(string note, string? cursor, ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var rest = LastPage([
            new JsonObject
            {
                ["id"] = "gid://gitlab/DiscussionNote/609",
                ["body"] = "The rest of it",
                ["author"] = null,
            },
        ]);
        if (note.EndsWith("/601", StringComparison.Ordinal))
        {
            return Thread(rest);
        }

        var (field, iid, thread) = note.EndsWith("/505", StringComparison.Ordinal)
            ? ("issue", "4", "gid://gitlab/Discussion/5a6e4d24c9ada36f3af3f1d718e69cb246fe49e0")
            : ("mergeRequest", "13", "gid://gitlab/Discussion/9490a0dbf7481d7c5155bb2f9a4fbc95a97818e8");
        var variables = new JsonObject
        {
            ["projectPath"] = "acme/tools/alpha",
            ["iid"] = iid,
            ["discussionId"] = thread,
            ["cursor"] = cursor,
        };
        var answer = find(
            request with
            {
                Body = Query($"project {{ {field} {{ {ThreadFilter.Replace("/", " { ", StringComparison.Ordinal)}", variables),
            }
        );
        var recorded = answer is null
            ? null
            : JsonNode.Parse(answer.Body)!["data"]?["project"]?[field]?["discussions"]!["nodes"]![0]!["notes"]!.DeepClone();
        return answer is null ? null : Thread(recorded ?? rest);
    }

    private static ReplayAnswer Thread(JsonNode notes) =>
        ReplayAnswer.Json(
            new JsonObject
            {
                ["data"] = new JsonObject { ["note"] = new JsonObject { ["discussion"] = new JsonObject { ["notes"] = notes } } },
            }
        );

    /// <summary>The recorded source does not ask for the second page of an epic's children, which is announced. It may be empty.</summary>
    private static ReplayAnswer LastChildren()
    {
        var widget = new JsonObject { ["__typename"] = "WorkItemWidgetHierarchy", ["children"] = LastPage([]) };
        var item = new JsonObject { ["widgets"] = new JsonArray(new JsonObject { ["__typename"] = "WorkItemWidgetDescription" }, widget) };
        return ReplayAnswer.Json(
            new JsonObject
            {
                ["data"] = new JsonObject
                {
                    ["group"] = new JsonObject { ["workItems"] = new JsonObject { ["nodes"] = new JsonArray(item) } },
                },
            }
        );
    }

    /// <summary>
    /// Ours ask for the bytes (docs.gitlab.com/api/repository_files, "Retrieve a raw file"), the recorded source for JSON that holds them
    /// in Base64, and not at all for a file without an extension, or on a page that it did not read.
    /// </summary>
    private static ReplayAnswer? Raw(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var whole = new UriBuilder(request.Url) { Path = request.Url.AbsolutePath[..^"/raw".Length] }.Uri;
        return find(request with { Url = whole }) is not { } file
                ? new ReplayAnswer(200, new Dictionary<string, string>(StringComparer.Ordinal), "Read me\n"u8.ToArray())
            : file.Status != 200 ? file
            : new ReplayAnswer(
                200,
                new Dictionary<string, string>(StringComparer.Ordinal),
                Convert.FromBase64String((string)JsonNode.Parse(file.Body)!["content"]!)
            );
    }

    /// <summary>The recorded source reads one page of a folder. The second: docs.gitlab.com/api/repositories, "List repository tree", with
    /// no Link header on the last.</summary>
    private static ReplayAnswer? Tree(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        if (
            request.Url.AbsolutePath.Contains("/104/", StringComparison.Ordinal)
            && request.Query.Any(parameter => parameter is { Key: "page", Value: "2" })
        )
        {
            return ReplayAnswer.Json(
                new JsonArray(
                    new JsonObject
                    {
                        ["id"] = "71ab8b6afb1bae3df247e0286da35e0da16564aa",
                        ["name"] = "LICENSE",
                        ["type"] = "blob",
                        ["path"] = "LICENSE",
                    },
                    new JsonObject
                    {
                        ["id"] = "71ab8b6afb1bae3df247e0286da35e0da16564ab",
                        ["name"] = "README.md",
                        ["type"] = "blob",
                        ["path"] = "README.md",
                    }
                )
            );
        }

        return find(request) is { } answer
            ? answer with
            {
                Headers = answer.Headers.ToDictionary(
                    header => header.Key,
                    header => header.Value.Replace("//gitlab.test/", $"//{request.Url.Authority}/", StringComparison.Ordinal),
                    StringComparer.OrdinalIgnoreCase
                ),
            }
            : null;
    }

    /// <summary>What a project has: docs.gitlab.com/api/projects, "Retrieve a project". The recorded source does not ask.</summary>
    private static ReplayAnswer Project(string path) =>
        ReplayAnswer.Json(
            new JsonObject
            {
                ["id"] = int.Parse(path[(path.LastIndexOf('/') + 1)..], CultureInfo.InvariantCulture),
                ["empty_repo"] = path.EndsWith("/103", StringComparison.Ordinal) || path.EndsWith("/105", StringComparison.Ordinal),
                ["repository_access_level"] = "enabled",
                ["issues_access_level"] = "private",
                ["merge_requests_access_level"] = "enabled",
                ["wiki_access_level"] = "disabled",
            }
        );

    private static JsonObject Query(string opening, JsonObject variables) =>
        new() { ["query"] = $"query {{ {opening} }}", ["variables"] = variables };

    private static JsonObject LastPage(JsonNode[] nodes) =>
        new()
        {
            ["pageInfo"] = new JsonObject { ["hasNextPage"] = false, ["endCursor"] = null },
            ["nodes"] = new JsonArray(nodes),
        };

    /// <summary>Pages are of another size, and a folder is paged by key where the server can.</summary>
    private static ReplayRequest Normalize(ReplayRequest request) =>
        (
            request with
            {
                Url = new UriBuilder(request.Url)
                {
                    Host = request.Url.Host.Replace("gitlab.com", "gitlab.test", StringComparison.Ordinal),
                }.Uri,
            }
        )
            .WithQuery("per_page", _ => null)
            .WithQuery("pagination", _ => null)
            .WithQuery("path", _ => null)
            .WithQuery("recursive", _ => null);
}
