using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Sandfly;

/// <summary>
/// The SSH keys that Sandfly found, each by a request of its own. How their summary is paged is not documented: when it is not all, that
/// is a gap.
/// </summary>
/// <param name="client">Sends the requests.</param>
internal sealed class SandflyKeys(RestClient client) : RestStream("SSH keys")
{
    private static readonly RestPaging Paging = RestPaging.None("/data");

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        using var summary = await client.SendAsync(RestRequest.Get("sshhunter/summary"), cancellationToken);
        foreach (var item in Paging.Items(summary).EnumerateArray())
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
                page.AddGap($"SSH key {id}", "It is in the summary and can't be read (404). Nothing is deleted in this sync.");
            }
        }

        if (summary.Json.Text("more_results") == "true")
        {
            page.AddGap(Name, "Sandfly gave a part of the summary of SSH keys. Nothing is deleted in this sync.");
        }

        return null;
    }
}
