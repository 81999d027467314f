using Connectors.Abstractions;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.SignIn;

namespace Connectors.Sources.Rest.SharePointOnline;

/// <summary>The fields of a <c>sharepoint_online</c> connector, under the Python service's names.</summary>
/// <param name="SignIn">The application.</param>
/// <param name="TenantName">The first part of the host of the tenant's sites.</param>
/// <param name="Sites">Names of sites; one star for all.</param>
internal sealed record SharePointConfiguration(GraphSignIn SignIn, string TenantName, IReadOnlyList<string> Sites)
{
    private static readonly ConfigDependency BySecret = new("auth_method", "secret");
    private static readonly ConfigDependency ByCertificate = new("auth_method", "certificate");
    private static readonly ConfigDependency WithAccessControl = new(AccessControl.Switch.Name, true);

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("tenant_id", "Directory (tenant) ID") { Tooltip = "Id of the tenant that the app is registered in, or its domain." },
        new("tenant_name", "Tenant name") { Tooltip = "The first part of the address of the sites: example of example.sharepoint.com." },
        new("client_id", "Application (client) ID") { Tooltip = "Id of the app registration in Microsoft Entra ID." },
        new("auth_method", "Sign in by")
        {
            Display = ConfigDisplay.DropDown,
            InitialValue = "secret",
            DefaultValue = "secret",
            Options = [new("Client secret", "secret"), new("Certificate", "certificate")],
            Tooltip = "Pages, attachments and permissions need a certificate where Microsoft has ended the sign-in by secret.",
        },
        new("secret_value", "Client secret")
        {
            Sensitive = true,
            DependsOn = [BySecret],
            Tooltip = "The secret's value, not its id.",
        },
        new("certificate", "Certificate")
        {
            Display = ConfigDisplay.TextArea,
            Sensitive = true,
            DependsOn = [ByCertificate],
            Tooltip = "The certificate in PEM, as it was uploaded to the app registration.",
        },
        new("private_key", "Private key")
        {
            Display = ConfigDisplay.TextArea,
            Sensitive = true,
            DependsOn = [ByCertificate],
            Tooltip = "The certificate's private key in PEM, without a password.",
        },
        new("site_collections", "Comma-separated list of sites")
        {
            Type = ConfigFieldType.List,
            Display = ConfigDisplay.TextArea,
            InitialValue = "*",
            Tooltip = "Names of sites, as in their addresses behind /sites/; * for all.",
        },
        Toggle("enumerate_all_sites", "List all sites", "Find sites in a list of all; otherwise each is asked for by its name."),
        Toggle("fetch_subsites", "Sub-sites of these sites", "Mirror the sites below the named ones too.") with
        {
            DependsOn = [new ConfigDependency("enumerate_all_sites", false)],
        },
        CommonFields.TextExtraction,
        AccessControl.Switch,
        Toggle("fetch_drive_item_permissions", "Permissions of files", "Ask who may see each file and folder.") with
        {
            DependsOn = [WithAccessControl],
        },
        Toggle("fetch_unique_page_permissions", "Permissions of pages", "Ask whether a page has permissions of its own.") with
        {
            DependsOn = [WithAccessControl],
        },
        Toggle("fetch_unique_list_permissions", "Permissions of lists", "Ask whether a list has permissions of its own.") with
        {
            DependsOn = [WithAccessControl],
        },
        Toggle("fetch_unique_list_item_permissions", "Permissions of list items", "Ask whether an item has permissions of its own.") with
        {
            DependsOn = [WithAccessControl],
        },
    ];

    /// <summary>Whether all sites are mirrored.</summary>
    public bool AllSites => Sites is ["*"];

    /// <summary>Where the tenant's sites are.</summary>
    public string Host => $"{TenantName}.sharepoint.com";

    public bool EnumeratesAllSites { get; init; }

    public bool HasSubsites { get; init; }

    public bool HasAccessControl { get; init; }

    public bool AsksForItems { get; init; }

    public bool AsksForPages { get; init; }

    public bool AsksForLists { get; init; }

    public bool AsksForListItems { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static SharePointConfiguration From(SourceSettings settings) =>
        new(SignInFrom(settings), NameFrom(settings), settings.GetList("site_collections") is { Count: > 0 } sites ? sites : ["*"])
        {
            EnumeratesAllSites = settings.GetBoolean("enumerate_all_sites", fallback: true),
            HasSubsites = settings.GetBoolean("fetch_subsites", fallback: true),
            HasAccessControl = AccessControl.IsOn(settings),
            AsksForItems = settings.GetBoolean("fetch_drive_item_permissions", fallback: true),
            AsksForPages = settings.GetBoolean("fetch_unique_page_permissions", fallback: true),
            AsksForLists = settings.GetBoolean("fetch_unique_list_permissions", fallback: true),
            AsksForListItems = settings.GetBoolean("fetch_unique_list_item_permissions", fallback: true),
        };

    private static GraphSignIn SignInFrom(SourceSettings settings) =>
        settings.GetChoice("auth_method", "secret", "certificate") == "secret"
            ? GraphSignIn.From(settings, "secret_value")
            : new GraphSignIn(
                new EntraApp(settings.GetRequiredString("tenant_id"), settings.GetRequiredString("client_id"), "certificate"),
                Secret: null
            )
            {
                Certificate = settings.GetRequiredString("certificate"),
                PrivateKey = new Secret(settings.GetRequiredString("private_key")),
            };

    private static string NameFrom(SourceSettings settings)
    {
        var name = settings.GetRequiredString("tenant_name");
        return name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
            ? name.ToLowerInvariant()
            : throw new ConnectorException("tenant_name: only the first part of the host, example of example.sharepoint.com.");
    }

    private static ConfigField Toggle(string name, string label, string tooltip) => CommonFields.Toggle(name, label, tooltip, isOn: true);
}
