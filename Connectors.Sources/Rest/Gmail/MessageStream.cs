using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Google;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Gmail;

/// <summary>The messages of a mailbox. The listing gives ids only; the time of each is asked for by itself.</summary>
/// <param name="client">Asks on behalf of the mailbox's user.</param>
/// <param name="mailbox">The mailbox's address.</param>
/// <param name="search">What to find; empty for all.</param>
/// <param name="configuration">Which messages, and what of them.</param>
internal sealed class MessageStream(RestClient client, string mailbox, string search, GmailConfiguration configuration)
    : RestStream("messages")
{
    private static readonly GooglePaging Paging = new("messages");

    private readonly string _address = $"/gmail/v1/users/{Uri.EscapeDataString(mailbox)}/messages";

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.SendAsync(Paging.Request(FirstPage(), cursor), cancellationToken);
            var items = Paging.Items(answer);
            await WriteAsync(items, page, cancellationToken);
            return Paging.Next(answer, cursor, items);
        }
        catch (ConnectorException none) when (RestErrors.StatusOf(none) == HttpStatusCode.Gone)
        {
            // A user without a mailbox has no messages: see GmailDataSource.Explain.
            return null;
        }
    }

    private RestRequest FirstPage()
    {
        var request = RestRequest.Get(
            $"{_address}?includeSpamTrash={(configuration.WithSpamAndTrash ? "true" : "false")}&fields=nextPageToken,messages(id)"
                + "&maxResults=100"
        );
        return search.Length == 0 ? request : request.WithQuery("q", search);
    }

    private async Task WriteAsync(JsonElement items, StreamPage page, CancellationToken cancellationToken)
    {
        var messages = await Task.WhenAll(
            items.EnumerateArray().Select(item => HeadOfAsync(item.RequiredText("A message of Gmail", "id"), cancellationToken))
        );
        foreach (var (id, isThere, time, size) in messages)
        {
            if (!isThere)
            {
                page.AddUnreadable($"{mailbox}/{id}", "It was listed, and is not there any more (404).");
                continue;
            }

            // Ids are those of one mailbox: in another, the same one may stand for another message.
            var content = new MessageContent(client, $"{_address}/{Uri.EscapeDataString(id)}", id, configuration.IsRaw, size);
            var json = page.Begin($"{mailbox}/{id}", time, content);
            json.WriteStartObject();
            if (configuration.HasAccessControl)
            {
                AccessControl.Write(json, [mailbox]);
            }

            json.WriteEndObject();
            page.End();
        }
    }

    /// <summary>When a message came, and how large it is, unless it was deleted meanwhile.</summary>
    private async Task<(string Id, bool IsThere, DateTimeOffset? Time, long Size)> HeadOfAsync(
        string id,
        CancellationToken cancellationToken
    )
    {
        var request = RestRequest.Get($"{_address}/{Uri.EscapeDataString(id)}?format=minimal&fields=internalDate,sizeEstimate") with
        {
            Accepted = [404],
        };
        using var answer = await client.SendAsync(request, cancellationToken);
        return answer.IsSuccess
            ? (
                id,
                true,
                answer.Json.Number("internalDate") is >= 0 and var time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null,
                answer.Json.Number("sizeEstimate")
            )
            : (id, false, null, -1);
    }
}
