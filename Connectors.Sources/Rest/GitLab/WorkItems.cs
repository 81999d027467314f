using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.GitLab.Queries;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitLab;

/// <summary>Writes issues or epics, with all that is listed below each.</summary>
/// <param name="connections">Reads further pages.</param>
/// <param name="owner">What kind of them.</param>
/// <param name="place">The project or group; a project's key is its id.</param>
internal sealed class WorkItems(GitLabConnections connections, GitLabOwner owner, RestPlace place)
{
    private readonly GitLabNotes _notes = new(connections);

    private string Prefix => owner.IsGroup ? $"epic_{GroupId}" : $"issue_{place.Key}";

    private string GroupId => place.Name.Replace('/', '_');

    /// <summary>Writes a page of them.</summary>
    public async Task WriteAsync(JsonElement items, StreamPage page, CancellationToken cancellationToken)
    {
        foreach (var item in items.EnumerateArray())
        {
            var number = Fields.NumberOf(item).ToString(CultureInfo.InvariantCulture);
            var lists = new Dictionary<string, IReadOnlyList<JsonElement>>(StringComparer.Ordinal);
            foreach (var list in owner.Lists)
            {
                lists[list.Name] = await connections.AllAsync(
                    WidgetOf(item, list.Name)?.Find(list.Name),
                    $"{Prefix}_{number}, {list.Name}",
                    () => More(list, number),
                    data =>
                        data.Items(owner.Field, "workItems", "nodes")
                            .Select(node => WidgetOf(node, list.Name)?.Find(list.Name))
                            .FirstOrDefault(found => found is not null),
                    cancellationToken
                );
            }

            var notes = await _notes.OfAsync(lists["discussions"], $"{Prefix}_{number}", cancellationToken);
            Write(page, item, number, lists, notes);
        }
    }

    private RestRequest More(GitLabList list, string number) =>
        GitLabConnections.Query(
            GitLabQueries.MoreOfWorkItem(owner, list),
            new JsonObject
            {
                [owner.Variable] = place.Name,
                ["iid"] = number,
                ["workItemType"] = owner.Type,
            }
        );

    /// <summary>The part of a work item that has a field, whatever its value.</summary>
    private static JsonElement? WidgetOf(JsonElement item, string field)
    {
        foreach (var widget in item.Items("widgets"))
        {
            if (widget.ValueKind == JsonValueKind.Object && widget.TryGetProperty(field, out _))
            {
                return widget;
            }
        }

        return null;
    }

    private void Write(
        StreamPage page,
        JsonElement item,
        string number,
        Dictionary<string, IReadOnlyList<JsonElement>> lists,
        IReadOnlyList<JsonElement> notes
    )
    {
        var json = page.Begin($"{Prefix}_{number}", RestTime.Of(item.Find("updatedAt")));
        json.WriteStartObject();
        json.WriteString("type", owner.IsGroup ? "Epic" : "Issue");
        Fields.Number(json, "iid", item);
        Fields.Value(json, "title", item.Find("title"));
        Fields.Value(json, "description", WidgetOf(item, "description")?.Find("description"));
        Fields.Value(json, "state", item.Find("state"));
        Fields.Value(json, "created_at", item.Find("createdAt"));
        Fields.Value(json, "updated_at", item.Find("updatedAt"));
        Fields.Value(json, "closed_at", item.Find("closedAt"));
        Fields.Value(json, "web_url", item.Find("webUrl"));
        Fields.Author(json, item);
        Fields.Each(json, "assignees", lists["assignees"], "username");
        Fields.Each(json, "labels", lists["labels"], "title");
        GitLabNotes.Write(json, notes);
        if (owner.IsGroup)
        {
            WriteEpic(json, item, lists);
        }
        else
        {
            json.WriteString("project_id", place.Key);
            json.WriteString("project_path", place.Name);
        }

        json.WriteEndObject();
        page.End();
    }

    private void WriteEpic(Utf8JsonWriter json, JsonElement item, Dictionary<string, IReadOnlyList<JsonElement>> lists)
    {
        json.WriteString("group_id", GroupId);
        json.WriteString("group_path", place.Name);
        if (WidgetOf(item, "parent")?.Find("parent") is { } parent)
        {
            Fields.Number(json, "parent_epic_iid", parent);
            Fields.Value(json, "parent_epic_title", parent.Find("title"));
        }

        json.WriteNumber("children_count", lists["children"].Count);
        json.WriteStartArray("children");
        foreach (var child in lists["children"])
        {
            json.WriteStartObject();
            Fields.Value(json, "id", child.Find("id"));
            Fields.Number(json, "iid", child);
            Fields.Value(json, "title", child.Find("title"));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("linked_items_count", lists["linkedItems"].Count);
        json.WriteStartArray("linked_items");
        foreach (var link in lists["linkedItems"])
        {
            json.WriteStartObject();
            Fields.Value(json, "link_id", link.Find("linkId"));
            Fields.Value(json, "link_type", link.Find("linkType"));
            Fields.Value(json, "link_created_at", link.Find("linkCreatedAt"));
            Fields.Value(json, "link_updated_at", link.Find("linkUpdatedAt"));

            // The other end may be hidden from the token.
            if (link.Find("workItem") is { } other)
            {
                Fields.Value(json, "work_item_id", other.Find("id"));
                Fields.Number(json, "work_item_iid", other);
                Fields.Value(json, "work_item_title", other.Find("title"));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
