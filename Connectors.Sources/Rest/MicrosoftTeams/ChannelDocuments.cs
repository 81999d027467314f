using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.MicrosoftTeams;

/// <summary>Makes documents of a channel, its tabs, messages and meetings.</summary>
/// <param name="client">Asks for more replies.</param>
/// <param name="team">The team's name.</param>
/// <param name="channel">The channel's name.</param>
internal sealed class ChannelDocuments(RestClient client, string team, string channel)
{
    private readonly DocumentFields _message = DocumentFields.Of(
        DocumentField.Constant("type", "Channel Message"),
        DocumentField.Made("sender", (json, item) => json.WriteStringValue(TeamsMessages.SenderOf(item))),
        DocumentField.Constant("channel", channel),
        DocumentField.Made("message", (json, item) => json.WriteStringValue(TeamsMessages.TextOf(item))),
        DocumentField.Made("attached_documents", (json, item) =>
            json.WriteStringValue(
                string.Join(',', item.Items("attachments").Select(attachment => attachment.Text("name")).OfType<string>())
            )
        ),
        DocumentField.Value("url", "webUrl"),
        DocumentField.Value("creation_time", "createdDateTime")
    );

    /// <summary>The channel.</summary>
    public void WriteChannel(JsonElement item, StreamPage page) =>
        page.Add(
            item.RequiredText("A channel of Microsoft Teams", "id"),
            item,
            DocumentFields.Of(
                DocumentField.Constant("type", "Team Channel"),
                DocumentField.Constant("team_name", team),
                DocumentField.Value("url", "webUrl"),
                DocumentField.Value("title", "displayName"),
                DocumentField.Value("description"),
                DocumentField.Value("creation_time", "createdDateTime")
            )
        );

    /// <summary>A tab.</summary>
    public void WriteTab(JsonElement tab, StreamPage page) =>
        page.Add(
            tab.RequiredText("A tab of Microsoft Teams", "id"),
            tab,
            DocumentFields.Of(
                DocumentField.Constant("type", "Channel Tab"),
                DocumentField.Constant("team_name", team),
                DocumentField.Constant("channel_name", channel),
                DocumentField.Value("title", "displayName"),
                DocumentField.Value("url", "webUrl")
            )
        );

    /// <summary>A file.</summary>
    public void WriteFile(JsonElement file, string drive, TeamsFiles files, StreamPage page) =>
        files.Write(
            file,
            drive,
            page,
            DocumentField.Constant("type", "Channel Attachment"),
            DocumentField.Constant("team_name", team),
            DocumentField.Constant("channel_name", channel)
        );

    /// <summary>Messages with their replies. The replies to a meeting tell of its end and of its recording.</summary>
    public async Task WriteMessagesAsync(JsonElement messages, StreamPage page, CancellationToken cancellationToken)
    {
        foreach (var message in messages.EnumerateArray())
        {
            var replies = await RepliesAsync(message, cancellationToken);
            foreach (var written in replies.Prepend(message).Where(TeamsMessages.IsWritten))
            {
                page.Add(TeamsMessages.IdOf(written), written, _message, TeamsMessages.ChangedAt(written));
            }

            WriteMeetings(replies, page);
        }
    }

    private static void WriteMeetings(IReadOnlyList<JsonElement> replies, StreamPage page)
    {
        var calls = replies
            .Select(reply => (Reply: reply, End: TeamsMessages.EndOf(reply), Recording: TeamsMessages.RecordingOf(reply)))
            .Where(call => (call.End ?? call.Recording) is not null)
            .GroupBy(
                call => (call.End ?? call.Recording)!.Value.RequiredText("A meeting of Microsoft Teams", "callId"),
                StringComparer.Ordinal
            );
        foreach (var call in calls)
        {
            var end = call.FirstOrDefault(part => part.End is not null);
            var recording = call.FirstOrDefault(part => part.Recording is not null).Recording;
            var participants = end.End?.Items("callParticipants").Select(item => item.Text("participant", "user", "displayName")) ?? [];
            page.Add(
                call.Key,
                call.First().Reply,
                DocumentFields.Of(
                    DocumentField.Constant("type", "Channel Meeting"),
                    DocumentField.Constant("participants", string.Join(", ", participants.OfType<string>())),
                    DocumentField.Made("title", (json, _) => json.WriteStringValue(recording?.Text("callRecordingDisplayName"))),
                    DocumentField.Made("recording_url", (json, _) => json.WriteStringValue(recording?.Text("callRecordingUrl")))
                ),
                TeamsMessages.ChangedAt((end.End is null ? call.First() : end).Reply)
            );
        }
    }

    /// <summary>Many replies come on pages of their own.</summary>
    private async Task<IReadOnlyList<JsonElement>> RepliesAsync(JsonElement message, CancellationToken cancellationToken)
    {
        var replies = message.Items("replies").ToList();
        if (message.Text("replies@odata.nextLink") is { } next)
        {
            var rest = RestRequest.Get(PageLink.Of(new Uri(Graph.Address), next));
            replies.AddRange(await client.ListAsync(rest, Graph.Paging, cancellationToken).ToListAsync(cancellationToken));
        }

        return replies;
    }
}
