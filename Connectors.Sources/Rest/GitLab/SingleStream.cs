using System.Text.Json;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitLab;

/// <summary>One item, which is the whole answer.</summary>
/// <param name="name">What it is.</param>
/// <param name="client">The server's client.</param>
/// <param name="request">Asks for it.</param>
/// <param name="write">Writes it.</param>
internal sealed class SingleStream(string name, RestClient client, RestRequest request, Action<JsonElement, StreamPage> write)
    : RestStream(name)
{
    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(request, cancellationToken);
        write(answer.Json, page);
        return null;
    }
}
