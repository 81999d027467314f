using System.Text.RegularExpressions;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Salesforce;

/// <summary>The fields of a <c>salesforce</c> connector, under the Python service's names.</summary>
internal sealed partial record SalesforceConfiguration(Uri Address, Secret ClientId, Secret ClientSecret)
{
    /// <summary>The standard objects that can be mirrored.</summary>
    public const string AllStandardObjects = "Account, Opportunity, Contact, Lead, Campaign, Case";

    private const string Host = ".my.salesforce.com";

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("domain", "Domain") { Tooltip = "The part before .my.salesforce.com: example for https://example.my.salesforce.com." },
        new("client_id", "Client ID") { Sensitive = true, Tooltip = "The consumer key of the connected app." },
        new("client_secret", "Client Secret") { Sensitive = true, Tooltip = "The consumer secret of the connected app." },
        new("standard_objects_to_sync", "Standard Objects to Sync")
        {
            Type = ConfigFieldType.List,
            Display = ConfigDisplay.TextArea,
            Required = false,
            InitialValue = AllStandardObjects,
            Tooltip = "Names divided by commas; * for those of the six that this organization has.",
        },
        CommonFields.Toggle("sync_custom_objects", "Sync Custom Objects", "Mirror objects that this organization has made itself."),
        new("custom_objects_to_sync", "Custom Objects to Sync")
        {
            Type = ConfigFieldType.List,
            Display = ConfigDisplay.TextArea,
            DependsOn = [new ConfigDependency("sync_custom_objects", true)],
            Tooltip = "Names divided by commas, with or without __c; * for all.",
        },
        CommonFields.TextExtraction,
        AccessControl.Switch with
        {
            Tooltip =
                "Keep who may read which object: documents list the users whose permission sets let them, and access control syncs keep "
                + "the users.",
        },
    ];

    public IReadOnlyList<string> StandardObjects { get; init; } = [];

    public IReadOnlyList<string> CustomObjects { get; init; } = [];

    public bool HasAccessControl { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static SalesforceConfiguration From(SourceSettings settings) =>
        new(
            AddressOf(settings.GetRequiredString("domain")),
            new Secret(settings.GetRequiredString("client_id")),
            new Secret(settings.GetRequiredString("client_secret"))
        )
        {
            StandardObjects = settings.GetList("standard_objects_to_sync"),
            CustomObjects = settings.GetBoolean("sync_custom_objects") ? settings.GetList("custom_objects_to_sync") : [],
            HasAccessControl = AccessControl.IsOn(settings),
        };

    /// <summary>The address of an organization. People also give the whole host, or its address.</summary>
    private static Uri AddressOf(string domain)
    {
        var name = domain.Trim().TrimEnd('/');
        if (name.EndsWith(Host, StringComparison.OrdinalIgnoreCase))
        {
            name = name[..^Host.Length];
            name = name.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? name[8..] : name;
        }

        return DomainPattern().IsMatch(name)
            ? new Uri($"https://{name.ToLowerInvariant()}{Host}")
            : throw new ConnectorException(
                $"domain: not a domain of Salesforce. Give the part before {Host}: example for https://example{Host}."
            );
    }

    /// <summary>A name, and for a sandbox or a developer's organization a second part: <c>example--test.sandbox</c>.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[a-z]{1,20})?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex DomainPattern();
}
