using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Jira;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Jira;

/// <summary>
/// How the recording of Jira is replayed. There each issue was asked for by itself after a search that gave keys alone, for all projects at
/// once. Ours takes the fields from the search (developer.atlassian.com, Jira Cloud REST API v2, Issue search: fields=*all), project by
/// project, so the recorded issues are put into the recorded search.
/// </summary>
internal static class JiraReplay
{
    private const string Order = " ORDER BY key ASC";
    private const string AllProjects = "key IS NOT EMPTY";

    public static ReplaySource Source { get; } = new("jira", context => new JiraDataSource(context)) { Answer = Answer };

    /// <summary>The recording with answers of one's own before it.</summary>
    public static ReplaySource With(Func<ReplayRequest, ReplayAnswer?> answer) => Source.With(answer);

    /// <summary>The JQL of a search, without its order; empty for other requests.</summary>
    public static string Query(ReplayRequest request) =>
        (request.Query.FirstOrDefault(parameter => parameter.Key == "jql").Value ?? string.Empty).Replace(
            Order,
            string.Empty,
            StringComparison.Ordinal
        );

    /// <summary>The only page of a search, in the form of Cloud.</summary>
    public static ReplayAnswer Issues(params JsonNode[] issues) =>
        ReplayAnswer.Json(new JsonObject { ["issues"] = new JsonArray([.. issues.Select(issue => issue.DeepClone())]), ["isLast"] = true });

    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var query = Query(request);
        if (query.Length == 0)
        {
            return null;
        }

        // The recorded issues are all of one project.
        if (query == "project in (\"OPS\")")
        {
            return ReplayAnswer.Json(
                new JsonObject
                {
                    ["issues"] = new JsonArray(),
                    ["isLast"] = true,
                    ["total"] = 0,
                }
            );
        }

        var recorded = request.WithQuery("jql", _ => query);
        recorded = recorded with
        {
            Url = new Uri(recorded.Url.AbsoluteUri.Replace("/api/2/search/jql", "/api/3/search/jql", StringComparison.Ordinal)),
        };
        var answer = find(recorded) ?? find(recorded.WithQuery("jql", _ => AllProjects));
        return answer?.Status != 200
            ? answer
            : WithFields(answer, (key, query) =>
                find(new ReplayRequest("GET", new Uri(request.Url, $"/rest/api/2/issue/{key}{query}"), null))
            );
    }

    private static ReplayAnswer WithFields(ReplayAnswer search, Func<string, string, ReplayAnswer?> issueOf)
    {
        var body = JsonNode.Parse(search.Body)!;
        var issues = new JsonArray();
        foreach (var key in body["issues"]!.AsArray().Select(issue => (string)issue!["key"]!))
        {
            if (issueOf(key, string.Empty) is not { Status: 200 } answer)
            {
                continue;
            }

            // The level was asked for by itself once more; all fields have it.
            var issue = JsonNode.Parse(answer.Body)!;
            if (
                issueOf(key, "?fields=security") is { Status: 200 } level
                && JsonNode.Parse(level.Body)!["fields"]!["security"] is { } security
            )
            {
                issue["fields"]!["security"] = security.DeepClone();
            }

            issues.Add(issue);
        }

        body["issues"] = issues;
        return ReplayAnswer.Json(body);
    }
}
