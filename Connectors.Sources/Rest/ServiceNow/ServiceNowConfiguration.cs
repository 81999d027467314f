using Connectors.Abstractions;

namespace Connectors.Sources.Rest.ServiceNow;

/// <summary>The fields of a <c>servicenow</c> connector, under the Python service's names.</summary>
internal sealed record ServiceNowConfiguration(Uri Url, string User, Secret Password, IReadOnlyList<string> Services)
{
    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("url", "Service URL") { Tooltip = "Address of the instance: https://example.service-now.com." },
        new("username", "Username") { Tooltip = "A user with read access to the tables." },
        new("password", "Password") { Sensitive = true },
        new("services", "Comma-separated list of services")
        {
            Type = ConfigFieldType.List,
            Display = ConfigDisplay.TextArea,
            InitialValue = "*",
            Tooltip =
                "Tables by label or name: Incident, cmdb_ci. * stands for users, requested items, incidents, knowledge and change "
                + "requests.",
        },
        RestFields.Retries,
        RestFields.ConcurrentDownloads,
        RestFields.AllowedHosts,
        CommonFields.TextExtraction,
        AccessControl.Switch with
        {
            Tooltip =
                "Keep who may read which table: documents list the users whose roles let them, and access control syncs keep the users.",
        },
    ];

    /// <summary>Whether the five tables of <see cref="ServiceNowTables.Standard"/> are mirrored.</summary>
    public bool AllServices => Services is ["*"];

    public bool HasAccessControl { get; init; }

    public int Retries { get; init; }

    public int RequestsAtATime { get; init; }

    public IReadOnlyList<string> PrivateHosts { get; init; } = [];

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static ServiceNowConfiguration From(SourceSettings settings) =>
        new(
            RestFields.Address(settings, "url"),
            settings.GetRequiredString("username"),
            new Secret(settings.GetRequiredString("password")),
            settings.GetList("services") is { Count: > 0 } services ? services : ["*"]
        )
        {
            HasAccessControl = AccessControl.IsOn(settings),
            Retries = RestFields.Number(settings, "retry_count", 3, 0, 10),
            RequestsAtATime = RestFields.Number(settings, "concurrent_downloads", 10, 1, 100),
            PrivateHosts = settings.GetList("allowed_hosts"),
        };
}
