using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Connectors.Abstractions;

namespace Connectors.Sources.ObjectStores.AzureBlobs;

/// <summary>Lists containers and blobs, and opens blobs. Safe for concurrent use.</summary>
internal sealed class AzureBlobListing(BlobServiceClient account)
{
    /// <summary>What one request lists at most.</summary>
    private const int LargestSegment = 5000;
    private readonly ConcurrentDictionary<string, IDictionary<string, string>> _metadata = new(StringComparer.Ordinal);

    /// <summary>Names of all containers of the account, without the hidden ones.</summary>
    public async Task<IReadOnlyList<string>> ContainersAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var container in account.GetBlobContainersAsync(BlobContainerTraits.Metadata, cancellationToken: cancellationToken))
        {
            names.Add(container.Name);
            _metadata[container.Name] = container.Properties.Metadata ?? new Dictionary<string, string>(StringComparer.Ordinal);
        }

        return names;
    }

    /// <summary>The blobs that one request lists, and the marker of the next request; <see langword="null"/> at the end.</summary>
    /// <param name="container">The container.</param>
    /// <param name="marker">The marker that the request before gave, or <see langword="null"/> to begin.</param>
    /// <param name="most">How many blobs at most. A request may list fewer, even none, and not be the last.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<(IReadOnlyList<BlobItem> Blobs, string? Next)> SegmentAsync(
        string container,
        string? marker,
        int most,
        CancellationToken cancellationToken
    )
    {
        var options = new GetBlobsOptions { Traits = BlobTraits.Metadata };
        var segments = account
            .GetBlobContainerClient(container)
            .GetBlobsAsync(options, cancellationToken)
            .AsPages(marker, Math.Clamp(most, 1, LargestSegment));
        await using var segment = segments.GetAsyncEnumerator(cancellationToken);
        return await segment.MoveNextAsync()
            ? (segment.Current.Values, string.IsNullOrEmpty(segment.Current.ContinuationToken) ? null : segment.Current.ContinuationToken)
            : ([], null);
    }

    /// <summary>A container's own metadata, asked for once.</summary>
    public async Task<IDictionary<string, string>> MetadataAsync(string container, CancellationToken cancellationToken)
    {
        if (!_metadata.TryGetValue(container, out var metadata))
        {
            Response<BlobContainerProperties> properties = await account
                .GetBlobContainerClient(container)
                .GetPropertiesAsync(cancellationToken: cancellationToken);
            metadata = _metadata[container] = properties.Value.Metadata;
        }

        return metadata;
    }

    /// <exception cref="ConnectorException">The blob's name can't be put into an address (<see cref="FailureKind.Skip"/>).</exception>
    public async Task<Stream> OpenAsync(string container, string blob, CancellationToken cancellationToken)
    {
        var client = account.GetBlobContainerClient(container).GetBlobClient(blob);

        // Addresses are normalized: "a/../b" would be read as "b", which is another blob.
        if (!Uri.UnescapeDataString(client.Uri.AbsolutePath).EndsWith($"/{container}/{blob}", StringComparison.Ordinal))
        {
            throw new ConnectorException(
                FailureKind.Skip,
                $"{container}/{blob}: can't be read: its name has a part of dots only, which no address can hold. Rename the blob"
            );
        }

        var answer = await client.DownloadStreamingAsync(cancellationToken: cancellationToken);
        return answer.Value.Content;
    }
}
