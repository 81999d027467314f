using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.MicrosoftTeams;

/// <summary>What messages of chats and channels have in common.</summary>
internal static class TeamsMessages
{
    /// <summary>Whether somebody wrote it, and did not delete it.</summary>
    public static bool IsWritten(JsonElement message) =>
        message.Text("messageType") is null or "message" && message.Find("deletedDateTime") is null && TextOf(message).Length > 0;

    /// <summary>Its text; empty when there is none.</summary>
    public static string TextOf(JsonElement message) =>
        message.Text("body", "content") is not { } content ? string.Empty
        : string.Equals(message.Text("body", "contentType"), "html", StringComparison.OrdinalIgnoreCase) ? HtmlText.Of(content)
        : content;

    /// <summary>The name of who wrote it: a person, or an application.</summary>
    public static string? SenderOf(JsonElement message) =>
        message.Text("from", "user", "displayName") ?? message.Text("from", "application", "displayName");

    /// <summary>Files that were sent with it.</summary>
    public static IEnumerable<JsonElement> FilesOf(JsonElement message) =>
        message.Items("attachments").Where(attachment => attachment.Text("contentType") == "reference");

    /// <summary>The recording of a meeting that a message tells of; <see langword="null"/> when it tells of none.</summary>
    public static JsonElement? RecordingOf(JsonElement message) =>
        DetailOf(message, "callRecordingEventMessageDetail") is { } detail
        && detail.Text("callRecordingUrl")?.Contains(".sharepoint.com", StringComparison.OrdinalIgnoreCase) == true
            ? detail
            : null;

    /// <summary>The end of a meeting that a message tells of.</summary>
    public static JsonElement? EndOf(JsonElement message) => DetailOf(message, "callEndedEventMessageDetail");

    /// <summary>When it was written or changed last.</summary>
    public static DateTimeOffset? ChangedAt(JsonElement message) => RestTime.Of(message.Text("lastModifiedDateTime"));

    /// <summary>Its id.</summary>
    /// <exception cref="ConnectorException">It has none.</exception>
    public static string IdOf(JsonElement message) => message.RequiredText("A message of Microsoft Teams", "id");

    private static JsonElement? DetailOf(JsonElement message, string kind) =>
        message.Find("eventDetail") is { } detail && detail.Text("@odata.type")?.EndsWith(kind, StringComparison.Ordinal) == true
            ? detail
            : null;
}
