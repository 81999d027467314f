using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.MicrosoftTeams;

/// <summary>Makes documents of the messages, recordings, files and tabs of a chat.</summary>
/// <param name="chat">The chat, with its members.</param>
/// <param name="files">Finds files.</param>
internal sealed class ChatDocuments(JsonElement chat, TeamsFiles files)
{
    private readonly string _members = string.Join(
        ',',
        chat.Items("members").Select(member => member.Text("displayName")).OfType<string>()
    );

    /// <summary>Messages, each with its files.</summary>
    public async Task WriteMessagesAsync(JsonElement messages, StreamPage page, CancellationToken cancellationToken)
    {
        foreach (var message in messages.EnumerateArray())
        {
            if (TeamsMessages.RecordingOf(message) is { } recording)
            {
                WriteRecording(recording, message, page);
            }
            else if (TeamsMessages.IsWritten(message))
            {
                WriteMessage(message, page);
            }

            if (message.Find("deletedDateTime") is not null)
            {
                continue;
            }

            foreach (var attachment in TeamsMessages.FilesOf(message))
            {
                await files.WriteSentAsync(attachment, _members, page, cancellationToken);
            }
        }
    }

    /// <summary>A tab.</summary>
    public void WriteTab(JsonElement tab, StreamPage page) =>
        page.Add(
            tab.RequiredText("A tab of Microsoft Teams", "id"),
            tab,
            DocumentFields.Of(
                DocumentField.Constant("type", "User Chat Tabs"),
                DocumentField.Value("url", "configuration", "websiteUrl"),
                DocumentField.Constant("members", _members),
                DocumentField.Value("title", "displayName")
            )
        );

    private static void WriteRecording(JsonElement recording, JsonElement message, StreamPage page) =>
        page.Add(
            recording.RequiredText("A recording of Microsoft Teams", "callId"),
            recording,
            DocumentFields.Of(
                DocumentField.Constant("type", "User Chat Meeting Recording"),
                DocumentField.Value("title", "callRecordingDisplayName"),
                DocumentField.Value("url", "callRecordingUrl")
            ),
            TeamsMessages.ChangedAt(message)
        );

    private void WriteMessage(JsonElement message, StreamPage page) =>
        page.Add(
            TeamsMessages.IdOf(message),
            message,
            DocumentFields.Of(
                DocumentField.Constant("type", "User Chat Messages"),
                DocumentField.Value("creation_time", "createdDateTime"),
                DocumentField.Made("webUrl", (json, _) => json.WriteStringValue(chat.Text("webUrl"))),
                DocumentField.Constant("title", chat.Text("topic") ?? _members),
                DocumentField.Made("chatType", (json, _) => json.WriteStringValue(chat.Text("chatType"))),
                DocumentField.Made("sender", (json, item) => json.WriteStringValue(TeamsMessages.SenderOf(item))),
                DocumentField.Made("message", (json, item) => json.WriteStringValue(TeamsMessages.TextOf(item)))
            ),
            TeamsMessages.ChangedAt(message)
        );
}
