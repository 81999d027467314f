using Connectors.Abstractions;
using Connectors.Sources.Rest.HttpJson.Streams;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.HttpJson;

/// <summary>The items of a JSON endpoint, page by page, as the configuration alone describes it. See docs/sources/http_json.md.</summary>
public sealed class HttpJsonDataSource : IDataSource, IReportsProgress
{
    private readonly SourceContext _context;
    private readonly Lazy<(HttpJsonConfiguration Configuration, HttpJsonClient Client)> _opened;
    private readonly StreamWalk _walk;
    private long _requests;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public HttpJsonDataSource(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
        _opened = new(
            () =>
            {
                var configuration = HttpJsonConfiguration.From(context.Settings);
                return (configuration, new HttpJsonClient(configuration, context.TimeProvider));
            },
            LazyThreadSafetyMode.PublicationOnly
        );
        _walk = new StreamWalk(_ => [Open()], context.TimeProvider);
    }

    /// <inheritdoc/>
    public SourceDescription Description { get; } =
        new()
        {
            Name = "HTTP JSON",
            ServiceType = "http_json",

            // The id says what it is.
            NameFields = [],
            Fields = HttpJsonConfiguration.Fields,
        };

    /// <inheritdoc/>
    /// <remarks>Requests that were answered.</remarks>
    public long Progress => Interlocked.Read(ref _requests);

    /// <inheritdoc/>
    /// <remarks>Gets the first page and looks for items and their ids.</remarks>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        var (configuration, client) = _opened.Value;
        using var page = await client.GetAsync(configuration.FirstAddress, cancellationToken);
        HttpJsonItems.Check(configuration, page);
    }

    /// <inheritdoc/>
    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        Task.FromResult(ChangeCheckResult.Unknown);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SourcePartition>>([SourcePartition.All]);

    /// <inheritdoc/>
    public Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(partition);
        cancellationToken.ThrowIfCancellationRequested();
        return _walk.ReadAsync(partition.Name, [RestPlace.Whole], after, limits, deleted: null, tokenOf: null, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _walk.Dispose();
        if (_opened.IsValueCreated)
        {
            _opened.Value.Client.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private HttpJsonStream Open()
    {
        var (configuration, client) = _opened.Value;
        var pace = new HttpJsonPace(configuration, _context, () => Interlocked.Increment(ref _requests));
        return new HttpJsonStream(configuration, client, pace);
    }
}
