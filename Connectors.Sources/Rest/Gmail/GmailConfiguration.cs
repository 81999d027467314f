using Connectors.Abstractions;
using Connectors.Sources.Rest.Google;

namespace Connectors.Sources.Rest.Gmail;

/// <summary>The fields of a <c>gmail</c> connector, under the Python service's names.</summary>
/// <param name="Account">Signs in.</param>
/// <param name="Admin">The administrator on whose behalf users are listed.</param>
/// <param name="Customer">The id of the Google Workspace account.</param>
/// <param name="WithSpamAndTrash">Whether what lies in spam and in the trash is mirrored.</param>
/// <param name="IsRaw">Whether contents are whole messages with their attachments, in place of their text.</param>
/// <param name="HasAccessControl">Whether documents list who may see them.</param>
internal sealed record GmailConfiguration(
    GoogleAccount Account,
    string Admin,
    string Customer,
    bool WithSpamAndTrash,
    bool IsRaw,
    bool HasAccessControl
)
{
    private const string AdminField = "subject";
    private const string CustomerField = "customer_id";
    private const string SpamField = "include_spam_and_trash";
    private const string RawField = "include_full_raw_message";

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        GoogleAccount.Field("Gmail"),
        new(AdminField, "Google Workspace admin email") { Tooltip = "An administrator, on whose behalf the users are listed." },
        new(CustomerField, "Google customer id")
        {
            Tooltip = "Id of the Google Workspace account: Admin console, Account, Account settings, Profile.",
        },
        Toggle(SpamField, "Include spam and trash emails", "Mirror what lies in spam and in the trash, too."),
        Toggle(
            RawField,
            "Index full raw email (including headers)",
            "Hand on each message whole, with all headers and attachments, in place of its text. Its content needs the pipeline or the "
                + "extraction service."
        ),
        AccessControl.Switch with
        {
            DefaultValue = true,
        },
        CommonFields.TextExtraction,
    ];

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static GmailConfiguration From(SourceSettings settings) =>
        new(
            GoogleAccount.From(settings),
            settings.GetRequiredString(AdminField).Trim().ToLowerInvariant(),
            settings.GetRequiredString(CustomerField).Trim(),
            settings.GetBoolean(SpamField),
            settings.GetBoolean(RawField),
            AccessControl.IsOn(settings)
        );

    private static ConfigField Toggle(string name, string label, string tooltip) =>
        new(name, label)
        {
            Type = ConfigFieldType.Boolean,
            Display = ConfigDisplay.Toggle,
            Required = false,
            DefaultValue = false,
            Tooltip = tooltip,
        };
}
