using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Files.Access;
using Connectors.Sources.Files.Walking;

namespace Connectors.Sources.Files;

/// <summary>
/// The documents of a <c>dir</c> connector. Fields that the Python service has keep its names; its <c>last_access_time</c> is left out,
/// since reading a file would change its document.
/// </summary>
/// <param name="tree">Where content is read.</param>
/// <param name="access">Tells who may see a file; <see langword="null"/> when that is not kept.</param>
internal sealed class DirectoryDocuments(IFileTree tree, TreeAccess? access) : IFileDocuments
{
    public bool HasFolders => false;

    public string IdOf(string path) => PythonServiceId.Of(path);

    public void Write(SourcePageBuilder page, LinkBounds? bounds, string path, bool isLink, FileStatus status)
    {
        var readers = access?.Of(path, isLink, status);
        var name = Path.GetFileName(path);
        var json = page.Begin(IdOf(path), status.Modified, new FileContent(tree, bounds, path, name, status.Size));
        json.WriteStartObject();
        if (readers is not null)
        {
            AccessControl.Write(json, readers);
        }

        json.WriteString("path"u8, path);
        json.WriteString("filename"u8, name);
        json.WriteString("extension"u8, Path.GetExtension(name).TrimStart('.').ToLowerInvariant());
        json.WriteNumber("size"u8, status.Size);
        WriteTime(json, "last_modified_time"u8, status.Modified);
        if (status.Created is { } created)
        {
            WriteTime(json, "created_time"u8, created);
        }

        if (status.Unix is { } unix)
        {
            json.WriteNumber("inode_protection_mode"u8, unix.Mode);
            json.WriteNumber("inode_number"u8, unix.Inode);
            json.WriteNumber("device_inode_reside"u8, unix.Device);
            json.WriteNumber("number_of_links"u8, unix.Links);
            json.WriteNumber("uid"u8, unix.User);
            json.WriteNumber("gid"u8, unix.Group);
            json.WriteNumber("ctime"u8, (unix.Changed - DateTimeOffset.UnixEpoch).TotalSeconds);
        }

        json.WriteEndObject();
        page.End();
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> field, DateTimeOffset time) =>
        json.WriteString(field, FileTime.Text(time));
}
