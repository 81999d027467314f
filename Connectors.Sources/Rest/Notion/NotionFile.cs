using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Notion;

/// <summary>A file that Notion keeps. Its address holds for an hour; after that, its block is asked for a new one.</summary>
/// <param name="client">Asks for it, at the host of files without the secret.</param>
/// <param name="block">The block's id.</param>
/// <param name="type">The block's type, under which its file stands.</param>
/// <param name="name">The file's name; <see langword="null"/> when only the address tells it.</param>
/// <param name="address">Where it is.</param>
/// <param name="expires">When the address ends.</param>
/// <param name="time">The clock.</param>
internal sealed class NotionFile(
    RestClient client,
    string block,
    string type,
    string? name,
    Uri address,
    DateTimeOffset? expires,
    TimeProvider time
) : DocumentContent
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public override string FileName => Path.HasExtension(name) ? name : Uri.UnescapeDataString(address.Segments[^1]);

    /// <inheritdoc/>
    public override long SizeInBytes => -1;

    /// <inheritdoc/>
    public override async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var current = expires - time.GetUtcNow() > Soon ? address.AbsoluteUri : await AddressAsync(cancellationToken);
        return await client.OpenAsync(RestRequest.Get(current).AsFile(), cancellationToken);
    }

    private async Task<string> AddressAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync($"/v1/blocks/{block}", cancellationToken);
            return answer.Json.RequiredText("A file of Notion", type, "file", "url");
        }
        catch (ConnectorException closed) when (RestErrors.IsClosedPlace(closed))
        {
            throw new ConnectorException(FailureKind.Skip, closed.Message, closed.InnerException);
        }
    }
}
