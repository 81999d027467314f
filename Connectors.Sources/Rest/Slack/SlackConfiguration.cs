using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Slack;

/// <summary>The fields of a <c>slack</c> connector, under the Python service's names.</summary>
/// <param name="Token">A bot token of an app that is installed in the workspace.</param>
/// <param name="Days">How old the oldest message is.</param>
/// <param name="JoinsChannels">Whether public channels are joined to be read.</param>
/// <param name="HasUsers">Whether users become documents.</param>
internal sealed record SlackConfiguration(Secret Token, int Days, bool JoinsChannels, bool HasUsers)
{
    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("token", "Authentication token")
        {
            Sensitive = true,
            Tooltip = "Bot token of an app that is installed in the workspace; it begins with xoxb-.",
        },
        new("fetch_last_n_days", "Days of message history to fetch")
        {
            Type = ConfigFieldType.Integer,
            Display = ConfigDisplay.Numeric,
            Tooltip = "Older messages are not mirrored, and those that become older are deleted from the index.",
        },
        CommonFields.Toggle(
            "auto_join_channels",
            "Automatically join channels",
            "The app joins every public channel. Otherwise only channels that it was invited to are mirrored."
        ),
        CommonFields.Toggle(
            "sync_users",
            "Sync users",
            "A document for each user of the workspace. Their names are read in any case.",
            isOn: true
        ),
    ];

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static SlackConfiguration From(SourceSettings settings)
    {
        settings.GetRequiredString("fetch_last_n_days");
        return new(
            new Secret(settings.GetRequiredString("token")),
            RestFields.Number(settings, "fetch_last_n_days", 0, 1, 36_500),
            settings.GetBoolean("auto_join_channels"),
            settings.GetBoolean("sync_users", true)
        );
    }
}
