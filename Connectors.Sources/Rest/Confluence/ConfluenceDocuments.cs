using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Confluence;

/// <summary>Makes documents of what Confluence lists.</summary>
/// <param name="api">Asks for what belongs to a page.</param>
/// <param name="access">Who may see what; <see langword="null"/> when access control is off.</param>
/// <param name="hasLabels">Whether labels are kept.</param>
internal sealed class ConfluenceDocuments(ConfluenceApi api, ConfluenceAccess? access, bool hasLabels)
{
    /// <summary>Writes the spaces to mirror.</summary>
    public async Task WriteSpacesAsync(
        JsonElement spaces,
        StreamPage page,
        Func<JsonElement, bool> isMeant,
        CancellationToken cancellationToken
    )
    {
        foreach (var space in spaces.EnumerateArray().Where(isMeant))
        {
            var allowed = access is null ? null : await access.OfSpaceAsync(space, cancellationToken);
            var json = Begin(page, IdOf(space), changed: null, content: null, allowed);
            json.WriteString("type", "Space");
            Write(json, "title", space.Find("name"));
            json.WriteString("url", api.WebAddress(space.Text("_links", "webui")));
            Write(json, "key", space.Find("key"));
            if (space.Find("history") is { } history)
            {
                Write(json, "createdDate", history.Find("createdDate"));
                json.WriteString("author", AuthorOf(history));
            }

            End(page, json);
        }
    }

    /// <summary>Writes pages and blog posts, each with its attachments.</summary>
    public async Task WriteContentsAsync(JsonElement contents, StreamPage page, CancellationToken cancellationToken)
    {
        foreach (var content in contents.EnumerateArray())
        {
            try
            {
                await WriteContentAsync(content, page, cancellationToken);
            }
            catch (ConnectorException gone) when (RestErrors.StatusOf(gone) == HttpStatusCode.NotFound)
            {
                // It was deleted, or closed, since it was listed. What belongs to it is not known any more.
                page.AddUnreadable(IdOf(content), gone.Message);
                page.AddGap(content.Text("title") ?? IdOf(content), gone);
            }
        }
    }

    /// <summary>Writes comments and attachments that were found by themselves, without the page that they belong to.</summary>
    public async Task WritePartsAsync(JsonElement parts, StreamPage page, CancellationToken cancellationToken)
    {
        foreach (var part in parts.EnumerateArray())
        {
            if (part.Find("container") is not { } container || container.Text("title") is null)
            {
                continue;
            }

            var id = IdOf(part);
            IReadOnlyCollection<string>? allowed = null;
            try
            {
                allowed = access is null ? null : await access.OfContentAsync(IdOf(container), cancellationToken);
            }
            catch (ConnectorException gone) when (RestErrors.StatusOf(gone) == HttpStatusCode.NotFound)
            {
                page.AddUnreadable(id, gone.Message);
                continue;
            }

            if (part.Text("type") == "attachment")
            {
                WriteAttachment(page, part, part.Text("space", "name"), container, allowed);
            }
            else
            {
                WriteComment(page, part, container, allowed);
            }
        }
    }

    private static string IdOf(JsonElement item) => item.RequiredText("A content of Confluence", "id");

    private async Task WriteContentAsync(JsonElement content, StreamPage page, CancellationToken cancellationToken)
    {
        // All that is asked for comes first, so that a failure leaves no half of a document.
        var id = IdOf(content);
        var allowed = access is null ? null : await access.OfContentAsync(content, cancellationToken);
        var labels = hasLabels ? await api.LabelsAsync(id, cancellationToken) : null;
        var attachments = content.Number("children", "attachment", "size") > 0 ? await api.AttachmentsAsync(id, cancellationToken) : [];

        // A label does not move the time of the page: with labels, the digest has to tell what changed.
        var changed = hasLabels ? null : RestTime.Of(content.Text("history", "lastUpdated", "when"));
        var json = Begin(page, id, changed, content: null, allowed);
        Write(json, "type", content.Find("type"));
        Write(json, "title", content.Find("title"));
        json.WriteStartArray("ancestors");
        foreach (var ancestor in content.Items("ancestors"))
        {
            json.WriteStartObject();
            Write(json, "title", ancestor.Find("title"));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteCommon(json, content, content.Text("_links", "webui"));
        if (labels is not null)
        {
            json.WriteStartArray("labels");
            foreach (var label in labels)
            {
                json.WriteStringValue(label);
            }

            json.WriteEndArray();
        }

        End(page, json);
        foreach (var attachment in attachments)
        {
            WriteAttachment(page, attachment, content.Text("space", "name"), content, allowed);
        }
    }

    /// <param name="page">Takes the document.</param>
    /// <param name="attachment">The attachment.</param>
    /// <param name="space">The space's name.</param>
    /// <param name="parent">The page or blog post: its title goes into a field that is named after its type.</param>
    /// <param name="allowed">Who may see the parent.</param>
    private void WriteAttachment(
        StreamPage page,
        JsonElement attachment,
        string? space,
        JsonElement parent,
        IReadOnlyCollection<string>? allowed
    )
    {
        var json = Begin(page, IdOf(attachment), RestTime.Of(attachment.Text("version", "when")), api.ContentOf(attachment), allowed);
        json.WriteString("type", "attachment");
        Write(json, "title", attachment.Find("title"));
        json.WriteString("space", space);
        WriteParent(json, parent);
        Write(json, "size", attachment.Find("extensions", "fileSize"));
        json.WriteString("url", api.WebAddress(attachment.Text("_links", "webui")));
        Write(json, "createdDate", attachment.Find("history", "createdDate"));
        End(page, json);
    }

    private void WriteComment(StreamPage page, JsonElement comment, JsonElement container, IReadOnlyCollection<string>? allowed)
    {
        var json = Begin(page, IdOf(comment), RestTime.Of(comment.Text("history", "lastUpdated", "when")), content: null, allowed);
        json.WriteString("type", "comment");
        Write(json, "title", comment.Find("title"));
        WriteParent(json, container);
        WriteCommon(json, comment, comment.Text("_links", "webui"));
        End(page, json);
    }

    private void WriteCommon(Utf8JsonWriter json, JsonElement content, string? address)
    {
        json.WriteString("space", content.Text("space", "name"));
        json.WriteString("body", content.Text("body", "storage", "value") is { } html ? HtmlText.Of(html) : null);
        json.WriteString("url", api.WebAddress(address));
        json.WriteString("author", content.Find("history") is { } history ? AuthorOf(history) : null);
        Write(json, "createdDate", content.Find("history", "createdDate"));
    }

    private string? AuthorOf(JsonElement history) => history.Text("createdBy", api.IsCloud ? "publicName" : "username");

    private static void WriteParent(Utf8JsonWriter json, JsonElement parent)
    {
        if (parent.Text("type") is ("page" or "blogpost") and var type)
        {
            json.WriteString(type, parent.Text("title"));
        }
    }

    private static Utf8JsonWriter Begin(
        StreamPage page,
        string id,
        DateTimeOffset? changed,
        DocumentContent? content,
        IReadOnlyCollection<string>? allowed
    )
    {
        var json = page.Begin(id, changed, content);
        json.WriteStartObject();
        if (allowed is not null)
        {
            AccessControl.Write(json, allowed);
        }

        return json;
    }

    private static void End(StreamPage page, Utf8JsonWriter json)
    {
        json.WriteEndObject();
        page.End();
    }

    private static void Write(Utf8JsonWriter json, string name, JsonElement? value)
    {
        json.WritePropertyName(name);
        if (value is { } some)
        {
            JsonValues.Write(json, some);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
