using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.GitLab.Queries;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitLab;

/// <summary>Writes merge requests, with all that is listed below each.</summary>
/// <param name="connections">Reads further pages.</param>
/// <param name="place">The project.</param>
internal sealed class MergeRequests(GitLabConnections connections, RestPlace place)
{
    private readonly GitLabNotes _notes = new(connections);

    /// <summary>Writes a page of them.</summary>
    public async Task WriteAsync(JsonElement items, StreamPage page, CancellationToken cancellationToken)
    {
        foreach (var item in items.EnumerateArray())
        {
            var number = Fields.NumberOf(item).ToString(CultureInfo.InvariantCulture);
            var id = $"mr_{place.Key}_{number}";
            var lists = new Dictionary<string, IReadOnlyList<JsonElement>>(StringComparer.Ordinal);
            foreach (var list in GitLabQueries.MergeRequestLists)
            {
                lists[list.Name] = await connections.AllAsync(
                    item.Find(list.Name),
                    $"{id}, {list.Name}",
                    () =>
                        GitLabConnections.Query(
                            GitLabQueries.MoreOfMergeRequest(list),
                            new JsonObject { ["projectPath"] = place.Name, ["iid"] = number }
                        ),
                    data => data.Find("project", "mergeRequest", list.Name),
                    cancellationToken
                );
            }

            Write(page, id, item, lists, await _notes.OfAsync(lists["discussions"], id, cancellationToken));
        }
    }

    private void Write(
        StreamPage page,
        string id,
        JsonElement item,
        Dictionary<string, IReadOnlyList<JsonElement>> lists,
        IReadOnlyList<JsonElement> notes
    )
    {
        var json = page.Begin(id, RestTime.Of(item.Find("updatedAt")));
        json.WriteStartObject();
        json.WriteString("type", "Merge Request");
        json.WriteString("project_id", place.Key);
        json.WriteString("project_path", place.Name);
        Fields.Number(json, "iid", item);
        Fields.Value(json, "title", item.Find("title"));
        Fields.Value(json, "description", item.Find("description"));
        Fields.Value(json, "state", item.Find("state"));
        Fields.Value(json, "created_at", item.Find("createdAt"));
        Fields.Value(json, "updated_at", item.Find("updatedAt"));
        Fields.Value(json, "merged_at", item.Find("mergedAt"));
        Fields.Value(json, "closed_at", item.Find("closedAt"));
        Fields.Value(json, "web_url", item.Find("webUrl"));
        Fields.Value(json, "source_branch", item.Find("sourceBranch"));
        Fields.Value(json, "target_branch", item.Find("targetBranch"));
        Fields.Author(json, item);
        Fields.Each(json, "assignees", lists["assignees"], "username");
        Fields.Each(json, "reviewers", lists["reviewers"], "username");
        Fields.Each(json, "approved_by", lists["approvedBy"], "username");
        Fields.Value(json, "merged_by", item.Find("mergeUser", "username"));
        Fields.Each(json, "labels", lists["labels"], "title");
        GitLabNotes.Write(json, notes);
        json.WriteEndObject();
        page.End();
    }
}
