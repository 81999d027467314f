using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitHub.Streams;

/// <summary>A stream whose client is found when it is first read: that of the owner's installation.</summary>
internal sealed class OwnerStream(string name, GitHubClients clients, string owner, Func<RestClient, RestStream> make) : RestStream(name)
{
    private RestStream? _stream;

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        _stream ??= make(await clients.ForAsync(owner, cancellationToken));
        return await _stream.ReadAsync(cursor, page, cancellationToken);
    }
}
