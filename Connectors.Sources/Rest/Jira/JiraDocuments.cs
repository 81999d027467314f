using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Jira;

/// <summary>Makes documents of what Jira lists.</summary>
/// <param name="api">Asks for what belongs to an issue.</param>
/// <param name="access">Who may see what; <see langword="null"/> when access control is off.</param>
internal sealed class JiraDocuments(JiraApi api, JiraAccess? access)
{
    /// <summary>Writes the projects to mirror.</summary>
    public async Task WriteProjectsAsync(
        JsonElement projects,
        StreamPage page,
        Func<JsonElement, bool> isMeant,
        CancellationToken cancellationToken
    )
    {
        foreach (var project in projects.EnumerateArray().Where(isMeant))
        {
            var key = project.RequiredText("A project of Jira", "key");
            var allowed = access is null ? null : await access.OfProjectAsync(key, cancellationToken);
            var json = page.Begin($"project-{project.RequiredText("A project of Jira", "id")}");
            WriteStart(json, allowed);
            json.WriteString("Key", key);
            json.WriteString("Type", "Project");
            json.WritePropertyName("Project");
            JsonValues.Write(json, project);
            json.WriteEndObject();
            page.End();
        }
    }

    /// <summary>Writes an issue and its attachments.</summary>
    public async Task WriteIssueAsync(JsonElement issue, StreamPage page, CancellationToken cancellationToken)
    {
        // All that is asked for comes first, so that a failure leaves no half of a document.
        var key = issue.RequiredText("An issue of Jira", "key");
        var fields = issue.Find("fields") ?? throw new ConnectorException($"Jira gives no fields of the issue {key}.");
        var names = await api.CustomFieldsAsync(cancellationToken);
        var allowed = access is null ? null : await access.OfIssueAsync(key, fields, cancellationToken);
        var comments = await MissingCommentsAsync(key, fields, cancellationToken);

        var project = fields.RequiredText("An issue of Jira", "project", "name");
        var json = page.Begin($"{project}-{key}", RestTime.Of(fields.Text("updated")));
        WriteStart(json, allowed);
        json.WriteString("Key", key);
        json.WriteString("Type", fields.Text("issuetype", "name"));
        json.WriteStartObject("Issue");
        foreach (var field in fields.EnumerateObject().Where(field => !IsCustom(field)))
        {
            if (comments is not null && field.NameEquals("comment"))
            {
                WriteComments(json, comments);
            }
            else
            {
                json.WritePropertyName(field.Name);
                JsonValues.Write(json, field.Value);
            }
        }

        json.WriteEndObject();
        WriteCustomFields(json, fields, names);
        json.WriteEndObject();
        page.End();
        foreach (var attachment in fields.Items("attachment"))
        {
            WriteAttachment(page, key, attachment, allowed);
        }
    }

    private static bool IsCustom(JsonProperty field) => field.Name.StartsWith("customfield", StringComparison.Ordinal);

    /// <summary>All comments of an issue that has more than came with it; <see langword="null"/> when all came.</summary>
    private async Task<IReadOnlyList<JsonElement>?> MissingCommentsAsync(
        string key,
        JsonElement fields,
        CancellationToken cancellationToken
    ) =>
        fields.Number("comment", "total") <= fields.Items("comment", "comments").Count()
            ? null
            : await api.CommentsAsync(key, cancellationToken).ToListAsync(cancellationToken);

    private static void WriteComments(Utf8JsonWriter json, IReadOnlyList<JsonElement> comments)
    {
        json.WriteStartObject("comment");
        json.WriteStartArray("comments");
        foreach (var comment in comments)
        {
            JsonValues.Write(json, comment);
        }

        json.WriteEndArray();
        json.WriteNumber("total", comments.Count);
        json.WriteEndObject();
    }

    /// <summary>Under the names that people know. Two may have the same name: then the later one has its id as well.</summary>
    private static void WriteCustomFields(Utf8JsonWriter json, JsonElement fields, IReadOnlyDictionary<string, string> names)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        json.WriteStartObject("Custom_Fields");
        foreach (var field in fields.EnumerateObject().Where(IsCustom))
        {
            var name = names.GetValueOrDefault(field.Name, field.Name);
            name = written.Add(name) ? name : $"{name} ({field.Name})";
            written.Add(name);
            json.WritePropertyName(name);
            JsonValues.Write(json, field.Value);
        }

        json.WriteEndObject();
    }

    private void WriteAttachment(StreamPage page, string key, JsonElement attachment, IReadOnlyCollection<string>? allowed)
    {
        var id = attachment.RequiredText("An attachment of Jira", "id");
        var json = page.Begin($"{key}-{id}", RestTime.Of(attachment.Text("created")), api.ContentOf(attachment));
        WriteStart(json, allowed);
        json.WriteString("title", attachment.Text("filename"));
        json.WriteString("Type", "Attachment");
        json.WriteString("issue", key);
        if (attachment.Number("size") is >= 0 and var size)
        {
            json.WriteNumber("size", size);
        }

        json.WriteEndObject();
        page.End();
    }

    private static void WriteStart(Utf8JsonWriter json, IReadOnlyCollection<string>? allowed)
    {
        json.WriteStartObject();
        if (allowed is not null)
        {
            AccessControl.Write(json, allowed);
        }
    }
}
