using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Sandfly;

/// <summary>The SSH keys that Sandfly found, each by a request of its own. The cursor is the number of a page of their summary.</summary>
/// <param name="client">Sends the requests.</param>
internal sealed class SandflyKeys(RestClient client) : RestStream("SSH keys")
{
    private static readonly RestRequest First = RestRequest.Get("sshhunter/summary?size=100");
    private static readonly RestPaging Paging = RestPaging.Number("/data", "page");

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        using var summary = await client.SendAsync(Paging.Request(First, cursor), cancellationToken);
        var keys = Paging.Items(summary);
        foreach (var key in keys.EnumerateArray())
        {
            await AddAsync(key, page, cancellationToken);
        }

        if (summary.Json.Text("more_results") != "true")
        {
            return null;
        }

        return Paging.Next(summary, cursor, keys)
            ?? throw new ConnectorException($"{RestErrors.Name(summary.Address)}: says that there are more SSH keys, and gives none.");
    }

    private async Task AddAsync(JsonElement item, StreamPage page, CancellationToken cancellationToken)
    {
        var id = item.RequiredText("An SSH key of Sandfly", "id");
        var request = RestRequest.Get($"sshhunter/key/{Uri.EscapeDataString(id)}") with { Accepted = [404] };
        using var key = await client.SendAsync(request, cancellationToken);
        if (key.IsSuccess)
        {
            SandflyDocuments.WriteKey(key.Json, page);
        }
        else
        {
            page.AddGap($"SSH key {id}", "It is in the summary and can't be read (404).");
        }
    }
}
