using System.Net;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Gmail;

/// <summary>The content of a message: its text, or the whole of it as it was sent (MIME).</summary>
/// <param name="client">Asks on behalf of the mailbox's user.</param>
/// <param name="message">The message's address.</param>
/// <param name="id">Its id, which names the file.</param>
/// <param name="isRaw">Whether the whole is wanted.</param>
/// <param name="size">Its size in bytes, about.</param>
internal sealed class MessageContent(RestClient client, string message, string id, bool isRaw, long size) : DocumentContent
{
    /// <inheritdoc/>
    public override string FileName => id + (isRaw ? ".eml" : ".txt");

    /// <inheritdoc/>
    /// <remarks>The size counts attachments, which the text leaves out.</remarks>
    public override long SizeInBytes => isRaw ? size : -1;

    /// <inheritdoc/>
    public override string? MediaType => isRaw ? null : "text/plain; charset=utf-8";

    /// <inheritdoc/>
    public override async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var request = RestRequest.Get(isRaw ? $"{message}?format=raw&fields=raw" : $"{message}?format=full&fields=payload");
        try
        {
            using var answer = await client.SendAsync(request, cancellationToken);
            return new MemoryStream(
                isRaw ? MessageText.Decode(answer.Json.RequiredText("A message of Gmail", "raw")) : MessageText.Of(answer.Json)
            );
        }
        catch (FormatException)
        {
            throw new ConnectorException(FailureKind.Skip, $"Gmail: the message {id} is not in the encoding that it should be in.");
        }
        catch (ConnectorException closed) when (RestErrors.IsClosedPlace(closed))
        {
            throw new ConnectorException(FailureKind.Skip, closed.Message, closed.InnerException)
            {
                IsGone = RestErrors.StatusOf(closed) is HttpStatusCode.NotFound or HttpStatusCode.Gone,
            };
        }
    }
}
