using Azure.Core;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Connectors.Abstractions;

namespace Connectors.Sources.ObjectStores.AzureBlobs;

/// <summary>The blobs of Azure Blob Storage containers. Ids and field names are the Python service's. See
/// docs/sources/azure_blob_storage.md.</summary>
public sealed class AzureBlobDataSource : IDataSource
{
    private readonly Lazy<AzureBlobConfiguration> _configuration;
    private readonly Lazy<AzureBlobListing> _listing;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public AzureBlobDataSource(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _configuration = new Lazy<AzureBlobConfiguration>(
            () => AzureBlobConfiguration.From(context.Settings),
            LazyThreadSafetyMode.PublicationOnly
        );
        _listing = new Lazy<AzureBlobListing>(
            () => new AzureBlobListing(Connect(_configuration.Value)),
            LazyThreadSafetyMode.PublicationOnly
        );
    }

    /// <inheritdoc/>
    public SourceDescription Description { get; } =
        new()
        {
            Name = "Azure Blob Storage",
            ServiceType = "azure_blob_storage",
            Fields = AzureBlobConfiguration.Fields,
        };

    /// <inheritdoc/>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        if (_configuration.Value.AllContainers)
        {
            await TryAsync("list the containers", listing => listing.ContainersAsync(cancellationToken), cancellationToken);
        }

        foreach (var container in _configuration.Value.Containers)
        {
            await TryAsync(
                $"list the container '{container}'",
                listing => listing.SegmentAsync(container, marker: null, most: 1, cancellationToken),
                cancellationToken
            );
        }
    }

    /// <inheritdoc/>
    /// <remarks>Nothing short of a listing tells, so the answer is always "changed".</remarks>
    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        Task.FromResult(ChangeCheckResult.Unknown);

    /// <inheritdoc/>
    /// <remarks>Every container is a partition. Its listing can't be begun at a name, so it can't be divided into ranges.</remarks>
    public async Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken)
    {
        var containers = _configuration.Value.AllContainers
            ? await TryAsync("list the containers", listing => listing.ContainersAsync(cancellationToken), cancellationToken)
            : _configuration.Value.Containers;
        return containers.Count == 0
            ? [SourcePartition.All]
            : [.. containers.Select(container => new SourcePartition(container, container))];
    }

    /// <inheritdoc/>
    public async Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(partition);
        using var page = new SourcePageBuilder(limits);
        if (partition.Bounds.Length == 0)
        {
            return page.Build(PageToken.Start, isLast: true);
        }

        return await TryAsync(
            $"list the container '{partition.Bounds}'",
            async listing =>
            {
                try
                {
                    return await new AzureBlobPages(listing, partition.Bounds).FillAsync(page, after, limits, cancellationToken);
                }
                catch (Azure.RequestFailedException closed)
                    when (_configuration.Value.AllContainers && AzureBlobErrors.IsInaccessible(closed))
                {
                    // With * nobody said that this container has to be readable, but neither that its documents should go.
                    page.AddGap(partition.Bounds, "the container can't be listed, or is gone");
                    return page.Build(PageToken.Start, isLast: true);
                }
            },
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static BlobServiceClient Connect(AzureBlobConfiguration configuration)
    {
        var options = new BlobClientOptions
        {
            // The slashes at the ends of a name belong to it: without them it is the name of another blob.
            TrimBlobNameSlashes = false,
            Retry =
            {
                MaxRetries = configuration.Retries,
                Mode = RetryMode.Exponential,
                NetworkTimeout = TimeSpan.FromSeconds(100),
            },
        };
        options.Diagnostics.ApplicationId = "connectors";
        return configuration.Key is { } key
            ? new BlobServiceClient(
                configuration.Endpoint,
                new StorageSharedKeyCredential(configuration.Account, key.Reveal().Trim()),
                options
            )
            : new BlobServiceClient(configuration.Endpoint, new DefaultAzureCredential(), options);
    }

    private async Task<T> TryAsync<T>(string doing, Func<AzureBlobListing, Task<T>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var listing = _listing.Value;
        try
        {
            return await work(listing);
        }
        catch (Exception failure) when (AzureBlobErrors.IsServiceFailure(failure, cancellationToken))
        {
            throw AzureBlobErrors.Explain(doing, failure);
        }
    }
}
