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
        + "lastModifyingUser(displayName,emailAddress)";

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

    /// <summary>How change logs are paged.</summary>
    public static GooglePaging Changes { get; } = new("changes");

    /// <summary>The folders of a part.</summary>
    public static RestRequest FoldersOf(DrivePart part) =>
        RestRequest.Get(
            $"/drive/v3/files?{part.Files}&fields=nextPageToken,files(id,name,parents)"
                + $"&q=mimeType%3D'{Folder}'+and+trashed%3Dfalse&pageSize=1000"
        );

    /// <summary>The files of a part, in an order that no change of a file moves it in.</summary>
    /// <param name="part">The part.</param>
    /// <param name="withPermissions">Whether permissions are wanted.</param>
    public static RestRequest FilesOf(DrivePart part, bool withPermissions) =>
        RestRequest.Get(
            $"/drive/v3/files?{part.Files}&q=trashed%3Dfalse&orderBy=createdTime"
                + $"&fields=nextPageToken,files({FieldsOf(withPermissions)})&pageSize=100"
        );

    /// <summary>What lies in a folder and in the trash.</summary>
    public static RestRequest TrashIn(DrivePart part, string folder) =>
        RestRequest.Get(
            $"/drive/v3/files?{part.Files}&q={Uri.EscapeDataString($"'{folder}' in parents and trashed=true")}"
                + "&fields=nextPageToken,files(id,driveId,mimeType,owners(emailAddress))&pageSize=1000"
        );

    /// <summary>The end of the change log of a part.</summary>
    public static RestRequest EndOfChanges(DrivePart part) =>
        RestRequest.Get($"/drive/v3/changes/startPageToken?{part.End}&fields=startPageToken");

    /// <summary>What changed in a part, with files that were removed from the part and can still be seen elsewhere. The caller judges a
    /// token that is refused.</summary>
    /// <param name="part">The part.</param>
    /// <param name="token">Where to begin.</param>
    /// <param name="withPermissions">Whether permissions are wanted.</param>
    public static RestRequest ChangesOf(DrivePart part, string token, bool withPermissions) =>
        RestRequest.Get(
            $"/drive/v3/changes?{part.Changes}&includeRemoved=true&includeCorpusRemovals=true&pageToken={Uri.EscapeDataString(token)}"
                + $"&fields=nextPageToken,newStartPageToken,changes(changeType,fileId,file({FieldsOf(withPermissions)}))&pageSize=100"
        ) with
        {
            Accepted = [400, 404, 410],
        };

    /// <summary>Who may see a file.</summary>
    public static RestRequest PermissionsOf(string id) =>
        RestRequest.Get(
            $"/drive/v3/files/{Uri.EscapeDataString(id)}/permissions?fields=permissions(type,emailAddress,domain),nextPageToken"
                + "&supportsAllDrives=true&pageSize=100"
        );

    /// <summary>The id of a file.</summary>
    public static string IdOf(JsonElement file) => file.RequiredText("A file of Google Drive", "id");

    private static string FieldsOf(bool withPermissions) =>
        withPermissions ? $"{FileFields},permissions(type,emailAddress,domain)" : FileFields;
}
