using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Streams;

/// <summary>A stream that has to be found out first: which client reads it, which folder it begins in.</summary>
/// <param name="name">What it lists.</param>
/// <param name="find">Finds it, when it is first read.</param>
internal sealed class DeferredStream(string name, Func<CancellationToken, Task<RestStream>> find) : RestStream(name)
{
    private RestStream? _stream;

    /// <inheritdoc/>
    /// <remarks>Asked when a page was read: by then the stream is found.</remarks>
    public override bool IsOneListing => _stream?.IsOneListing ?? base.IsOneListing;

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        _stream ??= await find(cancellationToken);
        return await _stream.ReadAsync(cursor, page, cancellationToken);
    }

    /// <inheritdoc/>
    public override ConnectorException NeverEnds(string listing) => _stream?.NeverEnds(listing) ?? base.NeverEnds(listing);
}
