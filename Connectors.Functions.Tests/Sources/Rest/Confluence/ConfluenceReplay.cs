using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Confluence;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Confluence;

/// <summary>How the recording of Confluence is replayed.</summary>
internal static class ConfluenceReplay
{
    public static ReplaySource Source { get; } = new("confluence", context => new ConfluenceDataSource(context)) { Answer = Answer };

    /// <summary>The recording with answers of one's own before it.</summary>
    public static ReplaySource With(Func<ReplayRequest, ReplayAnswer?> answer) => Source.With(answer);

    /// <summary>Recorded documents. The id of a space was a number there.</summary>
    public static IReadOnlyList<JsonObject> Documents(Recording recording, string file)
    {
        var documents = recording.Documents(file);
        foreach (var document in documents)
        {
            document["_id"] = document["_id"]!.ToString();
        }

        return documents;
    }

    /// <summary>The CQL of a search; empty for other requests.</summary>
    public static string Query(ReplayRequest request) =>
        request.Query.FirstOrDefault(parameter => parameter.Key == "cql").Value ?? string.Empty;

    /// <summary>A page of a list, the last one.</summary>
    public static ReplayAnswer List(params JsonNode?[] results) =>
        ReplayAnswer.Json(
            new JsonObject
            {
                ["results"] = new JsonArray([.. results.Select(result => result?.DeepClone())]),
                ["start"] = 0,
                ["limit"] = 50,
                ["size"] = results.Length,
                ["_links"] = new JsonObject(),
            }
        );

    /// <summary>
    /// What the Python service does not ask for: comments, by the search that finds pages (developer.atlassian.com, Confluence Cloud REST
    /// API v1, Content: search by CQL), and the groups of a user (Confluence Data Center REST API, User: get groups, memberof).
    /// </summary>
    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        if (Query(request).EndsWith(" AND type=comment", StringComparison.Ordinal))
        {
            return List();
        }

        return request.Url.AbsolutePath != "/rest/api/user/memberof" ? null
            : request.Url.Query.Contains("username=ann", StringComparison.Ordinal)
            && request.Url.Query.EndsWith("start=0", StringComparison.Ordinal)
                ? List(new JsonObject { ["type"] = "group", ["name"] = "staff" })
            : List();
    }
}
