using System.Text.Json;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.Slack;

/// <summary>Makes documents of Slack's objects. Ids and names are the Python service's; the engine writes the id.</summary>
internal static class SlackDocuments
{
    /// <summary>A user's fields.</summary>
    public static DocumentFields User { get; } =
        DocumentFields.Of(
            DocumentField.Constant("type", "user"),
            DocumentField.Value("name"),
            DocumentField.Value("deleted"),
            DocumentField.Value("real_name"),
            DocumentField.Value("real_name_normalized", "profile", "real_name_normalized"),
            DocumentField.Value("profile_real_name", "profile", "real_name"),
            DocumentField.Value("display_name", "profile", "display_name"),
            DocumentField.Value("display_name_normalized", "profile", "display_name_normalized"),
            DocumentField.Value("first_name", "profile", "first_name"),
            DocumentField.Value("last_name", "profile", "last_name"),
            DocumentField.Value("is_admin"),
            DocumentField.Value("is_owner"),
            DocumentField.Value("is_bot")
        );

    /// <summary>A channel's fields.</summary>
    /// <param name="names">Names of users by id.</param>
    public static DocumentFields Channel(IReadOnlyDictionary<string, string> names) =>
        DocumentFields.Of(
            DocumentField.Constant("type", "channel"),
            DocumentField.Value("name"),
            DocumentField.Value("name_normalized"),
            DocumentField.Value("created"),
            DocumentField.Value("last_updated", "updated"),
            DocumentField.Value("topic", "topic", "value"),
            Name("topic_author", names, "topic", "creator"),
            DocumentField.Value("topic_last_updated", "topic", "last_set"),
            DocumentField.Value("purpose", "purpose", "value"),
            Name("purpose_author", names, "purpose", "creator"),
            DocumentField.Value("purpose_last_updated", "purpose", "last_set")
        );

    /// <summary>A message's fields. A message that no person wrote may have no text, and no author but the name that it shows.</summary>
    /// <param name="channel">Its channel.</param>
    /// <param name="names">Names of users by id.</param>
    public static DocumentFields Message(RestPlace channel, IReadOnlyDictionary<string, string> names) =>
        DocumentFields.Of(
            DocumentField.Constant("type", "message"),
            DocumentField.Constant("channel", channel.Name),
            DocumentField.Constant("channel_id", channel.Key),
            DocumentField.Made("author", (json, message) =>
                json.WriteStringValue(NameOf(names, message, "user") ?? message.Text("username") ?? message.Text("bot_id"))
            ),
            DocumentField.Made("text", (json, message) =>
                json.WriteStringValue(message.Text("text") is { } text ? SlackUsers.WithNames(text, names) : null)
            ),
            DocumentField.Value("ts"),
            DocumentField.Value("edited_ts", "edited", "ts"),
            DocumentField.Value("subtype"),
            DocumentField.Value("reply_count"),
            DocumentField.Value("latest_reply"),
            DocumentField.Value("thread_ts")
        );

    private static DocumentField Name(string name, IReadOnlyDictionary<string, string> names, params string[] path) =>
        DocumentField.Made(name, (json, item) => json.WriteStringValue(NameOf(names, item, path)));

    private static string? NameOf(IReadOnlyDictionary<string, string> names, JsonElement item, params string[] path) =>
        item.Text(path) is { } id ? names.GetValueOrDefault(id, id) : null;
}
