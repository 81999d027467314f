using System.Globalization;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using Connectors.Abstractions;

namespace Connectors.Sources.ObjectStores.AzureBlobs;

/// <summary>Writes a blob's document: id and fields as the Python service's. What it prints as Python text is JSON text here.</summary>
internal static class AzureBlobDocument
{
    public static void Write(
        SourcePageBuilder page,
        AzureBlobListing listing,
        string container,
        IDictionary<string, string> containerMetadata,
        BlobItem blob
    )
    {
        if (IsFolder(blob))
        {
            return;
        }

        // A container's name holds no slash, so no two blobs share an id.
        var properties = blob.Properties;
        var size = properties.ContentLength ?? -1;
        var content =
            properties.AccessTier == AccessTier.Archive
                ? null
                : new AzureBlobContent(listing, container, blob.Name, size, properties.ContentType);
        var json = page.Begin($"{container}/{blob.Name}", properties.LastModified, content);
        json.WriteStartObject();
        json.WriteString("title"u8, blob.Name);
        json.WriteString("container"u8, container);
        json.WriteNumber("size"u8, Math.Max(size, 0));
        json.WriteString("tier"u8, properties.AccessTier?.ToString());
        json.WriteString("content type"u8, properties.ContentType);
        json.WriteString(
            "created at"u8,
            properties.CreatedOn?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        );
        json.WriteString("metadata"u8, JsonSerializer.Serialize(blob.Metadata));
        json.WriteString("container metadata"u8, JsonSerializer.Serialize(containerMetadata));
        json.WriteString(
            "leasedata"u8,
            JsonSerializer.Serialize(
                new
                {
                    status = Word(properties.LeaseStatus),
                    state = Word(properties.LeaseState),
                    duration = Word(properties.LeaseDuration),
                }
            )
        );
        json.WriteEndObject();
        page.End();
    }

    /// <summary>Accounts with a hierarchical namespace list their folders as blobs.</summary>
    private static bool IsFolder(BlobItem blob) =>
        blob.Metadata is { } metadata
        && blob.Properties.ContentLength is 0
        && metadata.Any(pair =>
            pair.Key.Equals("hdi_isfolder", StringComparison.OrdinalIgnoreCase)
            && pair.Value.Equals("true", StringComparison.OrdinalIgnoreCase)
        );

    private static string? Word<T>(T? value)
        where T : struct => value?.ToString()?.ToLowerInvariant();
}
