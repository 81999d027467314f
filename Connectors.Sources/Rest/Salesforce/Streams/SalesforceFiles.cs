using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Salesforce.Streams;

/// <summary>
/// The files that are linked to records, each once, in the order of their ids. Which there are is asked for at the beginning and kept, as
/// one file may be linked to records of several objects: about 100 bytes a file. The cursor is the last id.
/// </summary>
/// <param name="organization">Asks.</param>
/// <param name="objects">The objects whose records count.</param>
/// <param name="condition">A further condition on files; empty for none.</param>
internal sealed class SalesforceFiles(SalesforceOrganization organization, IReadOnlyList<string> objects, string condition)
    : RestStream("files")
{
    private const int FilesAPage = 200;
    private KeyValuePair<string, List<string>>[]? _files;

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var files = _files ??= await GatherAsync(cancellationToken);
        var begin = cursor.Length == 0 ? 0 : FirstAfter(files, cursor);
        var some = new ArraySegment<KeyValuePair<string, List<string>>>(files, begin, Math.Min(FilesAPage, files.Length - begin));
        var ids = some.Select(file => file.Key).ToList();
        var rows = (await organization.Api.ListAsync(await organization.Queries.FilesAsync(cancellationToken), ids, cancellationToken))
            .GroupBy(row => row.RequiredText("A file of Salesforce", "Id"), StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal);
        var allowed = organization.Access is { } access ? await access.OfFilesAsync(ids, cancellationToken) : null;
        foreach (var (id, links) in some)
        {
            if (rows.TryGetValue(id, out var row))
            {
                Write(page, id, row, links, allowed?[id]);
            }
            else
            {
                page.AddUnreadable(id, "Salesforce names the file, and does not give it. Give the user the permission Query All Files.");
            }
        }

        return begin + some.Count < files.Length ? ids[^1] : null;
    }

    /// <summary>The files, and the records that each is linked to.</summary>
    private async Task<KeyValuePair<string, List<string>>[]> GatherAsync(CancellationToken cancellationToken)
    {
        var files = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var name in objects)
        {
            if (!(await organization.Schema.DescribeAsync(name, cancellationToken)).HasFiles)
            {
                continue;
            }

            await foreach (var link in organization.Api.ListAsync(SalesforceQueries.Links(name, condition), cancellationToken))
            {
                var id = link.RequiredText("A link of Salesforce", "ContentDocumentId");
                if (!files.TryGetValue(id, out var links))
                {
                    files.Add(id, links = new List<string>(1));
                }

                links.Add(link.RequiredText("A link of Salesforce", "LinkedEntityId"));
            }
        }

        return [.. files];
    }

    private static int FirstAfter(KeyValuePair<string, List<string>>[] files, string id)
    {
        var found = Array.BinarySearch(
            files,
            new(id, []),
            Comparer<KeyValuePair<string, List<string>>>.Create((item, other) => string.CompareOrdinal(item.Key, other.Key))
        );
        return found < 0 ? ~found : found + 1;
    }

    private void Write(StreamPage page, string id, JsonElement file, List<string> links, IEnumerable<string>? allowed)
    {
        var title = TitleOf(file);
        var version = file.Text("LatestPublishedVersion", "Id");
        var fields = DocumentFields.Of(
            DocumentField.Value("content_size", "ContentSize"),
            DocumentField.Value("created_at", "CreatedDate"),
            DocumentField.Value("created_by", "CreatedBy", "Name"),
            DocumentField.Value("created_by_email", "CreatedBy", "Email"),
            DocumentField.Value("description", "Description"),
            DocumentField.Value("file_extension", "FileExtension"),
            DocumentField.Value("last_updated", "LastModifiedDate"),
            DocumentField.Made("linked_ids", (json, _) => WriteLinks(json, links)),
            DocumentField.Value("owner", "Owner", "Name"),
            DocumentField.Value("owner_email", "Owner", "Email"),
            DocumentField.Constant("title", title),
            DocumentField.Constant("type", "content_document"),
            DocumentField.Constant("url", organization.LinkTo(id)),
            DocumentField.Value("version_number", "LatestPublishedVersion", "VersionNumber"),
            DocumentField.Constant("version_url", organization.LinkTo(version))
        );
        page.Add(id, file, fields, changed: null, version is null ? null : ContentOf(version, title, file), allowed);
    }

    private RestContent ContentOf(string version, string title, JsonElement file) =>
        new(
            organization.Api.Client,
            RestRequest.Get($"{SalesforceApi.Path}/sobjects/ContentVersion/{Uri.EscapeDataString(version)}/VersionData").AsFile(),
            title,
            file.Number("ContentSize")
        );

    /// <summary>Salesforce keeps the extension apart from the title; some titles hold it all the same.</summary>
    private static string TitleOf(JsonElement file)
    {
        var (title, extension) = (file.Text("Title") ?? string.Empty, file.Text("FileExtension"));
        return extension is null || title.EndsWith($".{extension}", StringComparison.OrdinalIgnoreCase) ? title : $"{title}.{extension}";
    }

    private static void WriteLinks(Utf8JsonWriter json, List<string> links)
    {
        json.WriteStartArray();
        foreach (var link in links.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            json.WriteStringValue(link);
        }

        json.WriteEndArray();
    }
}
