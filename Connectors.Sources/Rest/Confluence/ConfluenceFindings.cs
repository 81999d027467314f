using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Confluence;

/// <summary>Makes documents of what a rule finds: the general search tells of contents and spaces in a form of its own.</summary>
/// <param name="api">Makes addresses.</param>
/// <param name="access">Who may see what; <see langword="null"/> when access control is off.</param>
internal sealed class ConfluenceFindings(ConfluenceApi api, ConfluenceAccess? access)
{
    /// <summary>Writes a page of the search.</summary>
    public async Task WriteAsync(JsonElement results, StreamPage page, CancellationToken cancellationToken)
    {
        foreach (var result in results.EnumerateArray())
        {
            if ((result.Find("content") ?? result.Find("space")) is not { } item || IsOrphan(item))
            {
                continue;
            }

            var id = item.RequiredText("What a rule of Confluence found", "id");
            try
            {
                Write(page, id, result, item, access is null ? null : await AllowedAsync(result, id, cancellationToken));
            }
            catch (ConnectorException gone) when (RestErrors.StatusOf(gone) == HttpStatusCode.NotFound)
            {
                page.AddUnreadable(id, gone.Message);
            }
        }
    }

    private static bool IsAttachment(JsonElement item) => item.Text("type") == "attachment";

    /// <summary>An attachment of nothing that has a title.</summary>
    private static bool IsOrphan(JsonElement item) => IsAttachment(item) && item.Text("container", "title") is null;

    private Task<IReadOnlyCollection<string>> AllowedAsync(JsonElement result, string id, CancellationToken cancellationToken)
    {
        if (result.Find("content") is not { } content)
        {
            return access!.OfSpaceAsync(result.Find("space")!.Value, cancellationToken);
        }

        // What belongs to a page is seen by those who see the page.
        return access!.OfContentAsync(
            content.Text("type") is "attachment" or "comment"
                ? content.RequiredText("A part of a page of Confluence", "container", "id")
                : id,
            cancellationToken
        );
    }

    private void Write(StreamPage page, string id, JsonElement result, JsonElement item, IReadOnlyCollection<string>? allowed)
    {
        var isContent = result.Find("content") is not null;
        var isAttachment = isContent && IsAttachment(item);
        var changed = RestTime.Of((isAttachment ? item.Text("version", "when") : null) ?? result.Text("lastModified"));
        var json = page.Begin(id, changed, isAttachment ? api.ContentOf(item) : null);
        json.WriteStartObject();
        if (allowed is not null)
        {
            AccessControl.Write(json, allowed);
        }

        json.WriteString("title", result.Text("title"));
        json.WriteString("type", isContent ? item.Text("type") : result.Text("entityType") ?? "space");
        json.WriteString("url", api.WebAddress(result.Text("url")));
        json.WriteString("author", item.Text("history", "createdBy", api.IsCloud ? "publicName" : "username"));
        json.WriteString("createdDate", item.Text("history", "createdDate"));
        if (isContent)
        {
            json.WriteString("space", item.Text("space", "name"));
        }

        if (!isAttachment)
        {
            json.WriteString("body", item.Text("body", "storage", "value") is { } html ? HtmlText.Of(html) : null);
        }
        else if (item.Number("extensions", "fileSize") is >= 0 and var size)
        {
            json.WriteNumber("size", size);
        }

        if (item.Text("container", "type") is ("page" or "blogpost") and var parent)
        {
            json.WriteString(parent, item.Text("container", "title"));
        }

        json.WriteEndObject();
        page.End();
    }
}
