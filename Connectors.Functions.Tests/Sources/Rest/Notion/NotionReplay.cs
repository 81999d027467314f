using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Notion;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Notion;

/// <summary>How the recording of Notion is replayed.</summary>
/// <remarks>
/// What is asked and read agrees with developers.notion.com, version 2022-06-28: Search (sort, filter), Query a database, Retrieve
/// block children, Retrieve comments, List all users, Pagination (has_more, next_cursor, start_cursor), and for the error of a database
/// with several sources, the upgrade guide 2025-09-03.
/// </remarks>
internal static class NotionReplay
{
    public const string Home = "pa000001-0000-4000-8000-000000000001";
    public const string Other = "pa000002-0000-4000-8000-000000000001";
    public const string Tasks = "db000000-0000-4000-8000-000000000001";

    public static ReplaySource Source { get; } = With(_ => null);

    /// <summary>The recording with blocks of the page whose blocks are not found.</summary>
    public static ReplaySource WithoutGaps { get; } =
        With(request => request.Url.AbsolutePath == $"/v1/blocks/{Other}/children" ? List() : null);

    /// <summary>The recording with answers of one's own before it.</summary>
    public static ReplaySource With(Func<ReplayRequest, ReplayAnswer?> answer) =>
        new("notion", context => new NotionDataSource(context))
        {
            Answer = (request, find) => answer(request) ?? Answer(request, find),
            Normalize = Normalize,
        };

    /// <summary>A list of one page, or a page of a longer one.</summary>
    public static ReplayAnswer List(string items = "[]", string? next = null) =>
        ReplayAnswer.Json(
            new JsonObject
            {
                ["object"] = "list",
                ["results"] = JsonNode.Parse(items),
                ["next_cursor"] = next,
                ["has_more"] = next is not null,
            }
        );

    /// <summary>
    /// What the recorded source does not ask for (developers.notion.com, version 2022-06-28): Retrieve a database, for the check of rules;
    /// List all users, for the check of a connector, which the recording has in other runs; Retrieve block children of the rows that rules
    /// choose, or of databases that are
    /// read with them; List comments, where a test has blocks of its own; the file, which the recording has in one run.
    /// </summary>
    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find) =>
        find(request)
        ?? request.Url.AbsolutePath switch
        {
            $"/v1/databases/{Tasks}" => ReplayAnswer.Json(new JsonObject { ["object"] = "database", ["id"] = Tasks }),
            "/v1/users" => List(),
            "/v1/comments" => List(),
            "/x/My%20notes.txt" => new ReplayAnswer(
                200,
                new Dictionary<string, string>(StringComparer.Ordinal),
                "file in notion\n"u8.ToArray()
            ),
            var path when path.StartsWith("/v1/blocks/pa00005", StringComparison.Ordinal) => List(),
            _ => null,
        };

    /// <summary>Ours say in which order searches come.</summary>
    private static ReplayRequest Normalize(ReplayRequest request)
    {
        var body = request.Body?.DeepClone();
        (body as JsonObject)?.Remove("sort");
        var host = request.Url.Host == "api.notion.test" ? "api.notion.com" : request.Url.Host;
        return request with { Url = new UriBuilder(request.Url) { Host = host }.Uri, Body = body };
    }
}
