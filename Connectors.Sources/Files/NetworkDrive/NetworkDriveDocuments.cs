using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sources.Files.Walking;

namespace Connectors.Sources.Files.NetworkDrive;

/// <summary>
/// The documents of a <c>network_drive</c> connector, files and folders. The id is the number that the server gives a file, which is its
/// inode where the share is mounted; so a file that moves keeps its document.
/// </summary>
/// <param name="tree">Where content is read.</param>
/// <param name="root">The folder where the share is mounted.</param>
/// <param name="address">Takes its place in paths.</param>
/// <param name="access">Tells who may see a file; <see langword="null"/> when that is not kept.</param>
internal sealed class NetworkDriveDocuments(IFileTree tree, string root, string address, WindowsAccess? access) : IFileDocuments
{
    public bool HasFolders => true;

    public string? IdOf(string path) => null;

    public void Write(SourcePageBuilder page, LinkBounds? bounds, string path, bool isLink, FileStatus status)
    {
        var unix = status.Unix ?? throw new IOException("the system tells no number of it.");
        var (id, name, isFile) = (unix.Inode.ToString(CultureInfo.InvariantCulture), Path.GetFileName(path), status.Kind == FileKind.File);
        IReadOnlyList<string>? readers;
        try
        {
            readers = access?.Of(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            page.AddUnreadable(id, $"{path}: it can't be told who may read it: {failure.Message}.");
            return;
        }

        // No time stamp: a folder that is renamed leaves the times of what is in it, and changes its paths. The body has both.
        var json = page.Begin(id, timestamp: null, isFile ? new FileContent(tree, bounds, path, name, status.Size) : null);
        json.WriteStartObject();
        if (readers is not null)
        {
            AccessControl.Write(json, readers);
        }

        json.WriteString("path"u8, $@"{address}\{path[root.Length..].TrimStart('/').Replace('/', '\\')}");
        json.WriteNumber("size"u8, isFile ? status.Size : 0);
        if (status.Created is { } created)
        {
            json.WriteString("created_at"u8, FileTime.Text(created));
        }

        json.WriteString("changed_at"u8, FileTime.Text(unix.Changed));
        json.WriteString("type"u8, isFile ? "file"u8 : "folder"u8);
        json.WriteString("title"u8, name);
        json.WriteEndObject();
        page.End();
    }
}
