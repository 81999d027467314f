using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest;

/// <summary>
/// A source that is asked over HTTP. A derived class says how to sign in (<see cref="CreateClient"/>), what the places are
/// (<see cref="FindPlacesAsync"/>) and what is to be read of each (<see cref="StreamsOf"/>); paging, resuming, limits, retries and gaps
/// are the base's.
/// </summary>
public abstract class RestDataSource : IDataSource, IReportsWaiting
{
    /// <summary>More partitions than this would make a plan larger than it is worth; each then holds several places.</summary>
    private const int MostPartitions = 64;

    private readonly Lazy<RestClient> _client;
    private readonly Lazy<StreamWalk> _walk;
    private readonly Stack<Action> _owned = new();

    /// <summary>Keeps the context; connects at the first call.</summary>
    private protected RestDataSource(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Context = context;
        _client = new Lazy<RestClient>(CreateClient, LazyThreadSafetyMode.ExecutionAndPublication);
        _walk = new Lazy<StreamWalk>(() => Walk(StreamsOf));
    }

    /// <inheritdoc/>
    public abstract SourceDescription Description { get; }

    /// <summary>Settings, rules, logger factory and clock.</summary>
    private protected SourceContext Context { get; }

    /// <summary>Asks the service. One for all partitions.</summary>
    private protected RestClient Client => _client.Value;

    /// <inheritdoc/>
    public DateTimeOffset? WaitsUntil => Context.Waits.After(Context.TimeProvider.GetUtcNow());

    /// <inheritdoc/>
    public abstract Task PingAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Nothing short of a listing tells, unless the derived class knows better.</remarks>
    public virtual Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        Task.FromResult(ChangeCheckResult.Unknown);

    /// <inheritdoc/>
    /// <remarks>Each place is a partition; where there are many, a partition holds several.</remarks>
    public async Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
        RestPlace.Divide(await FindPlacesAsync(cancellationToken), Math.Max(wanted, MostPartitions));

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
        return _walk.Value.ReadAsync(
            partition.Name,
            RestPlace.Of(partition),
            after,
            limits,
            deleted: null,
            tokenOf: null,
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DisposeAsyncCore();
        while (_owned.TryPop(out var dispose))
        {
            dispose();
        }

        if (_walk.IsValueCreated)
        {
            _walk.Value.Dispose();
        }

        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Makes the client from the settings. Called once, at the first use.</summary>
    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    private protected abstract RestClient CreateClient();

    /// <summary>
    /// The places of the service, in a stable order: called when a sync is planned. One, <see cref="RestPlace.Whole"/>, where nothing can
    /// be told apart.
    /// </summary>
    private protected virtual Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RestPlace>>([RestPlace.Whole]);

    /// <summary>What is read of a place, in order. New objects at each call: streams may keep what they found out.</summary>
    private protected abstract IReadOnlyList<RestStream> StreamsOf(RestPlace place);

    /// <summary>A walk of its own through other streams: those of a change feed (<see cref="TimeChanges"/>).</summary>
    private protected StreamWalk Walk(Func<RestPlace, IReadOnlyList<RestStream>> streamsOf) => new(streamsOf, Context.TimeProvider);

    /// <summary>What was entered in the fields, read at its first use. A field that is wrong is told at every use.</summary>
    /// <param name="read">Reads it: <c>TrackerConfiguration.From</c>.</param>
    private protected Lazy<T> FromSettings<T>(Func<SourceSettings, T> read) =>
        new(() => read(Context.Settings), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Something that is made at its first use and disposed with the source, before what was declared earlier.</summary>
    private protected Lazy<T> Owned<T>(Func<T> make)
        where T : IDisposable
    {
        var owned = new Lazy<T>(make);
        _owned.Push(() =>
        {
            if (owned.IsValueCreated)
            {
                owned.Value.Dispose();
            }
        });
        return owned;
    }

    /// <summary>Releases what the derived class holds beside what is <see cref="Owned"/>.</summary>
    private protected virtual ValueTask DisposeAsyncCore() => ValueTask.CompletedTask;
}
