using Connectors.Abstractions;
using Connectors.Sources.Databases.Redis.Values;
using StackExchange.Redis;

namespace Connectors.Sources.Databases.Redis;

/// <summary>
/// The keys of a Redis server's databases, with their values. Reads only, by <c>SCAN</c>, which never blocks the server. Ids and field
/// names are the Python service's. See docs/sources/redis.md for fields, permissions, values and limits.
/// </summary>
/// <remarks>A key that is there during the whole sync is listed. One that comes or goes meanwhile may be listed or not; the next sync puts
/// that right. A key may come twice while the server's table grows: the last one counts.</remarks>
public sealed class RedisDataSource : IDataSource, IIdLister
{
    private readonly SourceContext _context;
    private readonly int _mostBytes;
    private readonly RedisConnection _connection;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public RedisDataSource(SourceContext context)
        : this(context, RedisValues.MostBytes) { }

    /// <summary>For tests, whose values are small.</summary>
    internal RedisDataSource(SourceContext context, int mostBytes)
    {
        ArgumentNullException.ThrowIfNull(context);
        (_context, _mostBytes, _connection) = (context, mostBytes, new RedisConnection(context.Settings));
    }

    /// <inheritdoc/>
    public SourceDescription Description { get; } =
        new()
        {
            Name = "Redis",
            ServiceType = "redis",
            NameFields = ["key"],
            Fields = RedisConfiguration.Fields,
            CheckAdvancedRules = RedisRules.Check,
        };

    /// <inheritdoc/>
    public Task PingAsync(CancellationToken cancellationToken) => PlanAsync("list the databases", cancellationToken);

    /// <inheritdoc/>
    /// <remarks>The server counts no changes, so the answer is always "changed".</remarks>
    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        Task.FromResult(ChangeCheckResult.Unknown);

    /// <inheritdoc/>
    /// <remarks>Every database is a partition: a scan can't be divided.</remarks>
    public async Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken)
    {
        var parts = await PlanAsync("list the databases", cancellationToken);
        return parts.Count > 0 ? [.. parts.Select(part => part.ToPartition())] : [SourcePartition.All];
    }

    /// <inheritdoc/>
    public Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    ) => ReadAsync(partition, after, limits, withValues: true, cancellationToken);

    /// <inheritdoc/>
    public Task<SourcePage> ReadIdsAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    ) => ReadAsync(partition, after, limits, withValues: false, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<SourcePage> ReadAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        bool withValues,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(partition);
        cancellationToken.ThrowIfCancellationRequested();
        if (RedisPart.Parse(partition) is { } part)
        {
            return await new RedisPages(_connection, part, limits, _mostBytes).ReadAsync(after, withValues, cancellationToken);
        }

        using var nothing = new SourcePageBuilder(limits);
        return nothing.Build(PageToken.Start, isLast: true);
    }

    /// <summary>The databases to read, each of which was found to be there.</summary>
    private Task<List<RedisPart>> PlanAsync(string doing, CancellationToken cancellationToken) =>
        _connection.TryAsync(
            doing,
            async redis =>
            {
                var (info, found) = await RedisScan.KeyspaceAsync(redis);
                info.Check(_connection.Server);
                var rules = _context.AdvancedRules is { } advanced ? RedisRules.From(advanced) : null;
                var parts = new List<RedisPart>();
                foreach (var database in rules is null ? _connection.Configuration.Databases ?? found : [.. rules.Keys])
                {
                    await AssertExistsAsync(redis, database, info);
                    parts.Add(new RedisPart(database, info.RunId, rules?[database] ?? []));
                }

                return parts;
            },
            cancellationToken
        );

    private async Task AssertExistsAsync(ConnectionMultiplexer redis, int database, RedisServerInfo planned)
    {
        try
        {
            var result = await RedisScan.StepAsync(redis, database, "0", pattern: null, count: 1);
            if (result.Facts.RunId != planned.RunId)
            {
                throw new ConnectorException(FailureKind.Retry, $"{_connection.Server}: another server took its place. It is asked again.");
            }
        }
        catch (Exception refused)
            when (refused is RedisCommandException
                || (refused is RedisServerException && refused.Message.Contains("out of range", StringComparison.OrdinalIgnoreCase))
            )
        {
            throw new ConnectorException(
                $"{_connection.Server}: has no database {database}. Correct the field database, or the advanced sync rules."
            );
        }
    }
}
