using System.Globalization;
using Amazon.S3.Model;
using Connectors.Abstractions;

namespace Connectors.Sources.ObjectStores.S3;

/// <summary>Writes an object's document: id and fields as the Python service's, and a few more.</summary>
internal static class S3Document
{
    public static void Write(SourcePageBuilder page, S3Clients clients, string bucket, S3Object item)
    {
        // A bucket's name holds no slash, so no two objects share an id.
        var modified = Modified(item);
        var size = item.Size ?? -1;
        var json = page.Begin(PythonServiceId.Of($"{bucket}/{item.Key}"), modified, new S3ObjectContent(clients, bucket, item.Key, size));
        json.WriteStartObject();
        json.WriteString("filename"u8, item.Key);
        json.WriteNumber("size_in_bytes"u8, Math.Max(size, 0));
        json.WriteString("bucket"u8, bucket);
        json.WriteString("owner"u8, NotEmpty(item.Owner?.DisplayName) ?? NotEmpty(item.Owner?.Id) ?? string.Empty);
        json.WriteString("storage_class"u8, NotEmpty(item.StorageClass?.Value) ?? "STANDARD");
        json.WriteString("extension"u8, Path.GetExtension(item.Key).TrimStart('.').ToLowerInvariant());
        if (modified is { } last)
        {
            json.WriteString(
                "last_modified"u8,
                last.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture)
            );
        }

        if (item.ETag is { } etag)
        {
            json.WriteString("etag"u8, etag.Trim('"'));
        }

        json.WriteEndObject();
        page.End();
    }

    /// <summary>When the object was written last, if the service says so.</summary>
    public static DateTimeOffset? Modified(S3Object item) =>
        item.LastModified is { } time ? new DateTimeOffset(time.ToUniversalTime(), TimeSpan.Zero) : null;

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
