using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Http;

/// <summary>A file's bytes, by a request of their own. Nothing is asked before the content is opened.</summary>
/// <param name="client">Asks for it.</param>
/// <param name="request">What to ask for.</param>
/// <param name="fileName">The file's name with its extension.</param>
/// <param name="size">Size in bytes, or -1 when unknown.</param>
internal sealed class RestContent(RestClient client, RestRequest request, string fileName, long size) : DocumentContent
{
    /// <inheritdoc/>
    public override string FileName => fileName;

    /// <inheritdoc/>
    public override long SizeInBytes => size;

    /// <inheritdoc/>
    public override Task<Stream> OpenAsync(CancellationToken cancellationToken) => client.OpenAsync(request, cancellationToken);
}
