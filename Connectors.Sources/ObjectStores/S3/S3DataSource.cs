using Connectors.Abstractions;

namespace Connectors.Sources.ObjectStores.S3;

/// <summary>The objects of S3 buckets, or of an S3-compatible service. Ids and field names are the Python service's.</summary>
/// <remarks>Resumes by key, so it needs listings in key order: S3's directory buckets don't list so and can't be read.</remarks>
public sealed class S3DataSource : IDataSource, IChangeFeed
{
    /// <summary>For objects that were being written when the last sync began, and for clocks that differ.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(15);

    private const int AnswersAPage = 20;

    private readonly TimeProvider _time;
    private readonly Lazy<S3Configuration> _configuration;
    private readonly Lazy<S3Clients> _clients;
    private readonly Lazy<S3Rules?> _rules;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public S3DataSource(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _time = context.TimeProvider;
        _configuration = new Lazy<S3Configuration>(() => S3Configuration.From(context.Settings), LazyThreadSafetyMode.PublicationOnly);
        _rules = new Lazy<S3Rules?>(() => S3Rules.From(context.AdvancedRules));
        _clients = new Lazy<S3Clients>(() => new S3Clients(_configuration.Value));
    }

    /// <inheritdoc/>
    public SourceDescription Description { get; } =
        new()
        {
            Name = "Amazon S3",
            ServiceType = "s3",
            Fields = S3Configuration.Fields,
            HasChangeFeed = true,
            CheckAdvancedRules = S3Rules.Check,
        };

    private S3Listing Listing => new(_clients.Value, _configuration.Value.PageSize);

    /// <inheritdoc/>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        if (_configuration.Value.AllBuckets && _rules.Value is null)
        {
            await TryAsync("list the buckets", () => Listing.BucketsAsync(cancellationToken), cancellationToken);
        }

        foreach (var bucket in _rules.Value?.Buckets ?? _configuration.Value.Buckets)
        {
            await TryAsync(
                $"list the bucket '{bucket}'",
                () => Listing.ObjectsAsync(bucket, after: null, most: 1, cancellationToken),
                cancellationToken
            );
        }
    }

    /// <inheritdoc/>
    /// <remarks>Nothing short of a listing tells, so the answer is always "changed".</remarks>
    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        Task.FromResult(ChangeCheckResult.Unknown);

    /// <inheritdoc/>
    /// <remarks>Every bucket is a partition, or several, divided at prefixes, when there are fewer buckets than are wanted.</remarks>
    public async Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken)
    {
        var buckets = await BucketsAsync(cancellationToken);
        if (buckets.Count == 0)
        {
            return [SourcePartition.All];
        }

        var partitions = new List<SourcePartition>();
        foreach (var bucket in buckets)
        {
            if (_rules.Value?.PrefixesOf(bucket) is { } prefixes && prefixes is not [""])
            {
                partitions.AddRange(prefixes.Select(prefix => S3Bounds.Below(bucket, prefix)));
                continue;
            }

            var parts = (wanted + buckets.Count - 1) / buckets.Count;
            partitions.AddRange(S3Bounds.Divide(bucket, parts > 1 ? await PrefixesAsync(bucket, cancellationToken) : [], parts));
        }

        return partitions;
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
        if (S3Bounds.Parse(partition) is not { } bounds)
        {
            return page.Build(PageToken.Start, isLast: true);
        }

        var last = await FillAsync(page, bounds, after.IsStart ? bounds.After : after.Value, since: null, limits, cancellationToken);
        return page.Build(last is null ? PageToken.Start : new PageToken(last), isLast: last is null);
    }

    /// <inheritdoc/>
    public Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new ChangeStart(TimeCursor.At(_time.GetUtcNow())));

    /// <inheritdoc/>
    /// <remarks>Lists every bucket and tells the objects that are new or changed, by their times. Objects that are gone are left to the
    /// next full sync.</remarks>
    public async Task<ChangePage> ReadChangesAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        if (TimeCursor.TimeOf(cursor) is not { } since)
        {
            return ChangePage.Expired("The stored time of the last sync can't be read.");
        }

        var position = TimeCursor.Parse(after, _time);
        var (bucket, key) = position.After.Split('/', 2) is [var name, var rest] ? (name, rest) : (null, null);
        var buckets = await BucketsAsync(cancellationToken);
        using var page = new SourcePageBuilder(limits);
        foreach (
            var next in buckets.Order(StringComparer.Ordinal).Where(next => bucket is null || string.CompareOrdinal(next, bucket) >= 0)
        )
        {
            foreach (var prefix in _rules.Value?.PrefixesOf(next) ?? [string.Empty])
            {
                var last = next == bucket ? key : null;
                if (last is not null && S3Bounds.CompareKeys(prefix, last) < 0 && !last.StartsWith(prefix, StringComparison.Ordinal))
                {
                    continue;
                }

                if (
                    await FillAsync(page, new S3Bounds(next, null, null, prefix), last, since - Overlap, limits, cancellationToken) is
                    { } full
                )
                {
                    return new ChangePage(page.Build(position.Token($"{next}/{full}"), isLast: false), []);
                }
            }
        }

        return new ChangePage(page.Build(PageToken.Start, isLast: true), [], TimeCursor.At(position.StartedAt));
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
        catch (Exception failure) when (S3Errors.IsServiceFailure(failure, cancellationToken))
        {
            throw S3Errors.Explain(doing, failure);
        }
    }

    /// <summary>The buckets that are synced: those that rules name, or else those of the configuration.</summary>
    private async Task<IReadOnlyList<string>> BucketsAsync(CancellationToken cancellationToken) =>
        _rules.Value is { } rules ? rules.Buckets
        : _configuration.Value.AllBuckets
            ? await TryAsync("list the buckets", () => Listing.BucketsAsync(cancellationToken), cancellationToken)
        : _configuration.Value.Buckets;

    /// <summary>Lists a range after <paramref name="last"/> into the page.</summary>
    /// <returns>The last key when the page is full; <see langword="null"/> at the end of the range.</returns>
    private async Task<string?> FillAsync(
        SourcePageBuilder page,
        S3Bounds bounds,
        string? last,
        DateTimeOffset? since,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ListAsync(page, bounds, last, since, limits, cancellationToken);
        }
        catch (Exception closed) when (_configuration.Value.AllBuckets && S3Errors.IsInaccessible(closed))
        {
            // With * nobody said that this bucket has to be readable, but neither that its documents should go.
            page.AddGap(bounds.Bucket, "the bucket can't be listed with these credentials, or is gone");
            return null;
        }
        catch (Exception failure) when (S3Errors.IsServiceFailure(failure, cancellationToken))
        {
            throw S3Errors.Explain($"list the bucket '{bounds.Bucket}'", failure);
        }
    }

    private async Task<string?> ListAsync(
        SourcePageBuilder page,
        S3Bounds bounds,
        string? last,
        DateTimeOffset? since,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        for (var answers = 1; ; answers++)
        {
            var (objects, hasMore) = await Listing.ObjectsAsync(
                bounds.Bucket,
                last,
                Math.Max(limits.MaxDocuments - page.Count, 1),
                cancellationToken,
                bounds.Prefix
            );
            foreach (var item in objects)
            {
                if (last is not null && S3Bounds.CompareKeys(item.Key, last) <= 0)
                {
                    throw new ConnectorException(
                        $"The bucket '{bounds.Bucket}' is not listed in the order of its keys, so it can't be read safely. Directory "
                            + "buckets are not supported."
                    );
                }

                if (bounds.EndsBefore(item.Key))
                {
                    return null;
                }

                last = item.Key;
                if (
                    IsFolderMarker(item.Key, item.Size)
                    || _rules.Value?.Includes(bounds.Bucket, item.Key) == false
                    || S3Document.Modified(item) < since
                )
                {
                    continue;
                }

                S3Document.Write(page, _clients.Value, bounds.Bucket, item);
                if (page.IsFull)
                {
                    return last;
                }
            }

            if (!hasMore)
            {
                return null;
            }

            if (objects.Count == 0)
            {
                throw new ConnectorException(
                    FailureKind.Retry,
                    $"The bucket '{bounds.Bucket}' promises more keys after '{last}' and sends none."
                );
            }

            if ((since is not null || _rules.Value is not null) && answers >= AnswersAPage)
            {
                // Where little is meant, or changed, a page would have no end.
                return last;
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
        catch (Exception closed) when (_configuration.Value.AllBuckets && S3Errors.IsInaccessible(closed))
        {
            return [];
        }
        catch (Exception failure) when (S3Errors.IsServiceFailure(failure, cancellationToken))
        {
            throw S3Errors.Explain($"list the bucket '{bucket}'", failure);
        }
    }
}
