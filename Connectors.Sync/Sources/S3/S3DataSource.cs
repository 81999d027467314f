namespace Connectors.Sync.Sources.S3;

/// <summary>The objects of S3 buckets, or of an S3-compatible service. Ids and field names are the Python service's.</summary>
/// <remarks>Resumes by key, so it needs listings in key order: S3's directory buckets don't list so and can't be read.</remarks>
public sealed class S3DataSource : IDataSource
{
    private readonly Lazy<S3Configuration> _configuration;
    private readonly Lazy<S3Clients> _clients;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public S3DataSource(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _configuration = new Lazy<S3Configuration>(() => S3Configuration.From(context.Settings), LazyThreadSafetyMode.PublicationOnly);
        _clients = new Lazy<S3Clients>(() => new S3Clients(_configuration.Value));
    }

    /// <inheritdoc/>
    public SourceDescription Description { get; } = new()
    {
        Name = "Amazon S3",
        ServiceType = "s3",
        Fields = S3Configuration.Fields,
    };

    private S3Listing Listing => new(_clients.Value, _configuration.Value.PageSize);

    /// <inheritdoc/>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        if (_configuration.Value.AllBuckets)
        {
            await TryAsync("list the buckets", () => Listing.BucketsAsync(cancellationToken), cancellationToken);
        }

        foreach (var bucket in _configuration.Value.Buckets)
        {
            await TryAsync($"list the bucket '{bucket}'", () => Listing.ObjectsAsync(bucket, after: null, most: 1, cancellationToken), cancellationToken);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Nothing short of a listing tells, so the answer is always "changed".</remarks>
    public Task<ChangeAnswer> HasChangedAsync(string? lastMark, CancellationToken cancellationToken) => Task.FromResult(ChangeAnswer.Unknown);

    /// <inheritdoc/>
    /// <remarks>Every bucket is a partition, or several, divided at prefixes, when there are fewer buckets than are wanted.</remarks>
    public async Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken)
    {
        var buckets = _configuration.Value.AllBuckets
            ? await TryAsync("list the buckets", () => Listing.BucketsAsync(cancellationToken), cancellationToken)
            : _configuration.Value.Buckets;
        if (buckets.Count == 0)
        {
            return [SourcePartition.All];
        }

        var partitions = new List<SourcePartition>();
        foreach (var bucket in buckets)
        {
            var parts = (wanted + buckets.Count - 1) / buckets.Count;
            partitions.AddRange(S3Bounds.Divide(bucket, parts > 1 ? await PrefixesAsync(bucket, cancellationToken) : [], parts));
        }

        return partitions;
    }

    /// <inheritdoc/>
    public async Task<SourcePage> ReadPageAsync(SourcePartition partition, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partition);
        using var page = new SourcePageBuilder(limits);
        if (S3Bounds.Parse(partition) is not { } bounds)
        {
            return page.Build(PageToken.Start, isLast: true);
        }

        try
        {
            return await FillAsync(page, bounds, after.IsStart ? bounds.After : after.Value, limits, cancellationToken);
        }
        catch (Exception closed) when (_configuration.Value.AllBuckets && S3Errors.IsClosed(closed))
        {
            // With * nobody said that this bucket has to be readable, but neither that its documents should go.
            page.AddGap(bounds.Bucket, "the bucket can't be listed with these credentials, or is gone, so nothing is deleted in this sync");
            return page.Build(PageToken.Start, isLast: true);
        }
        catch (Exception failure) when (S3Errors.IsOurs(failure, cancellationToken))
        {
            throw S3Errors.Explain($"list the bucket '{bounds.Bucket}'", failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_clients.IsValueCreated)
        {
            _clients.Value.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private static async Task<T> TryAsync<T>(string doing, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (Exception failure) when (S3Errors.IsOurs(failure, cancellationToken))
        {
            throw S3Errors.Explain(doing, failure);
        }
    }

    private async Task<SourcePage> FillAsync(SourcePageBuilder page, S3Bounds bounds, string? last, PageLimits limits, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (objects, hasMore) = await Listing.ObjectsAsync(bounds.Bucket, last, limits.MaxDocuments - page.Count, cancellationToken);
            foreach (var item in objects)
            {
                if (last is not null && S3Bounds.CompareKeys(item.Key, last) <= 0)
                {
                    throw new ConnectorException($"The bucket '{bounds.Bucket}' is not listed in the order of its keys, so it can't be read safely. Directory buckets are not supported.");
                }

                if (bounds.EndsBefore(item.Key))
                {
                    return page.Build(PageToken.Start, isLast: true);
                }

                last = item.Key;
                if (IsFolderMarker(item.Key, item.Size))
                {
                    continue;
                }

                S3Document.Write(page, _clients.Value, bounds.Bucket, item);
                if (page.IsFull)
                {
                    return page.Build(new PageToken(last), isLast: false);
                }
            }

            if (!hasMore)
            {
                return page.Build(PageToken.Start, isLast: true);
            }

            if (objects.Count == 0)
            {
                throw new ConnectorException(FailureKind.Retry, $"The bucket '{bounds.Bucket}' promises more keys after '{last}' and sends none.");
            }
        }
    }

    /// <summary>The console and some tools make an empty object <c>folder/</c> so that an empty folder can be shown.</summary>
    private static bool IsFolderMarker(string key, long? size) => size is 0 && key.EndsWith('/');

    private async Task<IReadOnlyList<string>> PrefixesAsync(string bucket, CancellationToken cancellationToken)
    {
        try
        {
            return await Listing.PrefixesAsync(bucket, cancellationToken);
        }
        catch (Exception closed) when (_configuration.Value.AllBuckets && S3Errors.IsClosed(closed))
        {
            return [];
        }
        catch (Exception failure) when (S3Errors.IsOurs(failure, cancellationToken))
        {
            throw S3Errors.Explain($"list the bucket '{bucket}'", failure);
        }
    }
}
