using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GoogleDrive;

/// <summary>Makes documents of files and folders.</summary>
/// <param name="client">Fetches contents.</param>
/// <param name="drives">Names of shared drives by id.</param>
/// <param name="access">Asks who may see files; <see langword="null"/> when access control is off.</param>
internal sealed class DriveDocuments(RestClient client, IReadOnlyDictionary<string, string> drives, DriveAccess? access)
{
    private static readonly DocumentFields Document = DocumentFields.Of(
        DocumentField.Value("created_at", "createdTime"),
        DocumentField.Value("last_updated", "modifiedTime"),
        DocumentField.Value("name"),
        new DocumentField("size", ["size"], JsonValues.Write, "0"),
        DocumentField.Value("mime_type", "mimeType"),
        DocumentField.Value("file_extension", "fileExtension"),
        DocumentField.Value("url", "webViewLink"),
        DocumentField.Value("trashed"),
        DocumentField.Made("type", (json, file) => json.WriteStringValue(file.Text("mimeType") == DriveApi.Folder ? "folder" : "file")),
        new DocumentField("author", ["owners"], (json, owners) =>
            json.WriteStringValue(string.Join(',', owners.Items().Select(owner => owner.Text("displayName"))))
        ),
        new DocumentField("created_by", ["owners"], (json, owners) => json.WriteStringValue(First(owners).Text("displayName"))),
        new DocumentField("created_by_email", ["owners"], (json, owners) => json.WriteStringValue(First(owners).Text("emailAddress"))),
        DocumentField.IfThere("updated_by", "lastModifyingUser", "displayName"),
        DocumentField.IfThere("updated_by_email", "lastModifyingUser", "emailAddress")
    );

    /// <summary>Google's own kinds of files that have no bytes, and what they are exported as.</summary>
    private static readonly Dictionary<string, (string MediaType, string Extension)> Exports = new(StringComparer.Ordinal)
    {
        ["application/vnd.google-apps.document"] = ("text/plain", ".txt"),
        ["application/vnd.google-apps.presentation"] = ("text/plain", ".txt"),
        ["application/vnd.google-apps.spreadsheet"] = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    };

    /// <summary>Writes the documents of a page.</summary>
    /// <param name="files">Files of the place that is read, none of them in the trash.</param>
    /// <param name="folders">Makes paths.</param>
    /// <param name="page">Takes the documents.</param>
    /// <param name="cancellationToken">Stops the asking for permissions.</param>
    public async Task WriteAsync(
        IReadOnlyList<JsonElement> files,
        DriveFolders folders,
        StreamPage page,
        CancellationToken cancellationToken
    )
    {
        var lists = access is null ? null : await Task.WhenAll(files.Select(file => access.OfAsync(file, cancellationToken)));
        for (var index = 0; index < files.Count; index++)
        {
            if (lists is not null && lists[index] is null)
            {
                page.AddUnreadable(
                    DriveApi.IdOf(files[index]),
                    "Who may see it can't be asked: its permissions are closed, or it is gone."
                );
                continue;
            }

            Write(files[index], folders, page, lists?[index]);
        }
    }

    private static JsonElement First(JsonElement owners) => owners.Items().FirstOrDefault();

    /// <summary>
    /// Without the time of the last change: it does not move when a file, or a folder above it, is moved or renamed.
    /// </summary>
    private void Write(JsonElement file, DriveFolders folders, StreamPage page, IReadOnlyList<string>? readers)
    {
        var json = page.Begin(DriveApi.IdOf(file), changed: null, ContentOf(file));
        json.WriteStartObject();
        if (readers is not null)
        {
            AccessControl.Write(json, readers);
        }

        Document.Write(json, file);
        if (folders.PathOf(file) is { } path)
        {
            json.WriteString("path"u8, path);
        }

        if (file.Text("driveId") is { } drive && drives.TryGetValue(drive, out var name))
        {
            json.WriteString("shared_drive"u8, name);
        }

        json.WriteEndObject();
        page.End();
    }

    private RestContent? ContentOf(JsonElement file)
    {
        var (name, address) = (file.Text("name") ?? string.Empty, $"/drive/v3/files/{Uri.EscapeDataString(DriveApi.IdOf(file))}");
        return file.Text("mimeType") is { } type && Exports.TryGetValue(type, out var export)
                ? Content($"{address}/export?mimeType={export.MediaType}", name + export.Extension, size: -1)
            : file.Number("size") is > 0 and var size ? Content($"{address}?alt=media&supportsAllDrives=true", name, size)
            : null;
    }

    private RestContent Content(string address, string fileName, long size) =>
        new(client, RestRequest.Get(address).AsFile(), fileName, size);
}
