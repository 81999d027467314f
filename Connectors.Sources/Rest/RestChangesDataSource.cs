using Connectors.Abstractions;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest;

/// <summary>
/// A source of a service that can list what changed since a time: a derived class also says what to read of a place for that
/// (<see cref="StreamsSince"/>). What is gone and not told by a stream is left to the next full sync.
/// </summary>
public abstract class RestChangesDataSource : RestDataSource, IChangeFeed
{
    private readonly Lazy<TimeChanges> _changes;

    /// <summary>Keeps the context; connects at the first call.</summary>
    private protected RestChangesDataSource(SourceContext context)
        : base(context) =>
        _changes = Owned(() =>
            new TimeChanges(FindPlacesAsync, since => Walk(place => StreamsSince(place, since)), Context.TimeProvider, Overlap)
        );

    /// <summary>How far back before the last reading changes are asked for; <see langword="null"/> for what <see cref="TimeChanges"/>
    /// does.</summary>
    private protected virtual TimeSpan? Overlap => null;

    /// <inheritdoc/>
    public Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken) => Task.FromResult(_changes.Value.Start());

    /// <inheritdoc/>
    public virtual Task<ChangePage> ReadChangesAsync(
        string cursor,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    ) => _changes.Value.ReadAsync(cursor, after, limits, cancellationToken);

    /// <summary>What is read of a place, in order, for what changed since a time. New objects at each call.</summary>
    private protected abstract IReadOnlyList<RestStream> StreamsSince(RestPlace place, DateTimeOffset since);
}
