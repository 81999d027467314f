using System.Globalization;
using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sources.Files;

/// <summary>
/// Writes a file's document. Fields that the Python service has keep its names; its <c>last_access_time</c> is left out, since reading a
/// file would change its document.
/// </summary>
internal static class FileDocument
{
    /// <summary>Writes it.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="tree">Where its content is read.</param>
    /// <param name="bounds">Where the file must lie; <see langword="null"/> for anywhere.</param>
    /// <param name="path">The file's path.</param>
    /// <param name="status">About the file.</param>
    /// <param name="readers">Who may see it, or <see langword="null"/> when that is not kept.</param>
    public static void Write(
        SourcePageBuilder page,
        IFileTree tree,
        LinkBounds? bounds,
        string path,
        FileStatus status,
        IReadOnlyList<string>? readers
    )
    {
        var name = Path.GetFileName(path);
        var json = page.Begin(PythonServiceId.Of(path), status.Modified, new FileContent(tree, bounds, path, name, status.Size));
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
        json.WriteString(field, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
}
