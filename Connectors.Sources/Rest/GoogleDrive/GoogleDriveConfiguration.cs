using Connectors.Abstractions;
using Connectors.Sources.Rest.Google;

namespace Connectors.Sources.Rest.GoogleDrive;

/// <summary>The fields of a <c>google_drive</c> connector, under the Python service's names.</summary>
/// <param name="Account">Signs in.</param>
/// <param name="Delegates">Whether the drives of all users of the domain are read, on behalf of each.</param>
/// <param name="Admin">The administrator on whose behalf the directory is asked; empty when it is not.</param>
/// <param name="SharedDrivesUser">The user on whose behalf shared drives are read; <see langword="null"/> for the account itself.</param>
/// <param name="HasAccessControl">Whether documents list who may see them.</param>
/// <param name="RequestsAtATime">Requests at the same time to a host.</param>
internal sealed record GoogleDriveConfiguration(
    GoogleAccount Account,
    bool Delegates,
    string Admin,
    string? SharedDrivesUser,
    bool HasAccessControl,
    int RequestsAtATime
)
{
    private const string DelegateField = "use_domain_wide_delegation_for_sync";
    private const string SyncAdminField = "google_workspace_admin_email_for_data_sync";
    private const string SharedDrivesField = "google_workspace_email_for_shared_drives_sync";
    private const string AdminField = "google_workspace_admin_email";
    private const string ConcurrencyField = "max_concurrency";

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        GoogleAccount.Field("Google Drive"),
        new(DelegateField, "Use domain-wide delegation for data sync")
        {
            Type = ConfigFieldType.Boolean,
            Display = ConfigDisplay.Toggle,
            Required = false,
            DefaultValue = false,
            Tooltip = "Read the drives of all users of the domain, on behalf of each. Otherwise what is shared with the service account.",
        },
        Address(SyncAdminField, "Google Workspace admin email", "An administrator, on whose behalf the users are listed.") with
        {
            DependsOn = [new ConfigDependency(DelegateField, true)],
        },
        Address(SharedDrivesField, "Google Workspace email for syncing shared drives", "A user who is a member of the shared drives.") with
        {
            DependsOn = [new ConfigDependency(DelegateField, true)],
        },
        AccessControl.Switch,
        Address(AdminField, "Google Workspace admin email", "An administrator, on whose behalf users and groups are listed.") with
        {
            DependsOn = [new ConfigDependency(AccessControl.Switch.Name, true), new ConfigDependency(DelegateField, false)],
        },
        RestFields.Count(
            ConcurrencyField,
            "Maximum concurrent HTTP requests",
            25,
            "Requests at the same time to Google Drive, by all syncs of this process together."
        ),
        CommonFields.TextExtraction,
    ];

    /// <summary>The domain of the users.</summary>
    public string Domain => DomainOf(Admin);

    /// <summary>The part after the last @.</summary>
    public static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..];

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static GoogleDriveConfiguration From(SourceSettings settings)
    {
        var delegates = settings.GetBoolean(DelegateField);
        var hasAccessControl = AccessControl.IsOn(settings);
        return new GoogleDriveConfiguration(
            GoogleAccount.From(settings),
            delegates,
            delegates ? AddressIn(settings, SyncAdminField)
                : hasAccessControl ? AddressIn(settings, AdminField)
                : string.Empty,
            delegates ? AddressIn(settings, SharedDrivesField) : null,
            hasAccessControl,
            RestFields.Number(settings, ConcurrencyField, 25, 1, 100)
        );
    }

    private static ConfigField Address(string name, string label, string tooltip) => new(name, label) { Tooltip = tooltip };

    private static string AddressIn(SourceSettings settings, string name) =>
        settings.GetRequiredString(name).Trim().ToLowerInvariant() is var address
        && address.IndexOf('@') is > 0 and var at
        && at < address.Length - 1
        && !address.Any(char.IsWhiteSpace)
            ? address
            : throw new ConnectorException($"{name}: not a mail address. Enter one of a user of the domain: ann@example.org.");
}
