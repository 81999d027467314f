using System.Globalization;
using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Google;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.GoogleDrive;

/// <summary>Requests to the Drive API, version 3.</summary>
internal static class DriveApi
{
    /// <summary>What is needed to read files and their permissions.</summary>
    public const string Scope = "https://www.googleapis.com/auth/drive.readonly";

    /// <summary>The media type of a folder.</summary>
    public const string Folder = "application/vnd.google-apps.folder";

    private const string FileFields =
        "id,createdTime,driveId,modifiedTime,name,size,mimeType,fileExtension,webViewLink,owners(displayName,emailAddress),parents,trashed,"
        + "trashedTime,lastModifyingUser(displayName,emailAddress)";

    /// <summary>How files are paged.</summary>
    public static GooglePaging Files { get; } = new("files");

    /// <summary>How permissions are paged.</summary>
    public static GooglePaging Permissions { get; } = new("permissions");

    /// <summary>How shared drives are paged.</summary>
    public static GooglePaging Drives { get; } = new("drives");

    /// <summary>Asks for next to nothing, to see whether it is allowed.</summary>
    public static RestRequest About { get; } = RestRequest.Get("/drive/v3/about?fields=kind");

    /// <summary>The shared drives that the asking account is a member of.</summary>
    public static RestRequest SharedDrives { get; } = RestRequest.Get("/drive/v3/drives?fields=nextPageToken,drives(id,name)&pageSize=100");

    /// <summary>The part of Drive that is asked for: one shared drive.</summary>
    public static string InDrive(string id) =>
        $"corpora=drive&driveId={Uri.EscapeDataString(id)}&includeItemsFromAllDrives=true&supportsAllDrives=true";

    /// <summary>The part of Drive that is asked for: files that the asking account owns or that are shared with it.</summary>
    /// <param name="withDrives">Whether single files of shared drives count as well.</param>
    public static string OfUser(bool withDrives) =>
        withDrives
            ? "corpora=user&includeItemsFromAllDrives=true&supportsAllDrives=true"
            : "corpora=user&includeItemsFromAllDrives=false&supportsAllDrives=false";

    /// <summary>The folders of a part.</summary>
    public static RestRequest FoldersOf(string part) =>
        RestRequest.Get(
            $"/drive/v3/files?{part}&fields=nextPageToken,files(id,name,parents)&q=mimeType%3D'{Folder}'+and+trashed%3Dfalse&pageSize=1000"
        );

    /// <summary>The files of a part, in an order that no change of a file moves it in.</summary>
    /// <param name="part">The part.</param>
    /// <param name="since">Asks for what changed since then, and for all that lies in the trash; <see langword="null"/> for all
    /// files.</param>
    /// <param name="withPermissions">Whether permissions are wanted.</param>
    public static RestRequest FilesOf(string part, DateTimeOffset? since, bool withPermissions)
    {
        var time = since?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var query = time is null ? "trashed=false" : $"trashed=true or modifiedTime > '{time}' or createdTime > '{time}'";
        var permissions = withPermissions ? ",permissions(type,emailAddress,domain)" : string.Empty;
        return RestRequest.Get(
            $"/drive/v3/files?{part}&q={Uri.EscapeDataString(query)}&orderBy=createdTime"
                + $"&fields=nextPageToken,files({FileFields}{permissions})&pageSize=100"
        );
    }

    /// <summary>Who may see a file.</summary>
    public static RestRequest PermissionsOf(string id) =>
        RestRequest.Get(
            $"/drive/v3/files/{Uri.EscapeDataString(id)}/permissions?fields=permissions(type,emailAddress,domain),nextPageToken"
                + "&supportsAllDrives=true&pageSize=100"
        );

    /// <summary>The id of a file.</summary>
    public static string IdOf(JsonElement file) => file.RequiredText("A file of Google Drive", "id");
}
