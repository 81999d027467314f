namespace Connectors.Sync.Sources;

/// <summary>
/// The sources of Elastic's own connector service, all of them. It says nothing of which are here: whoever asks compares with the classes
/// that there are.
/// </summary>
internal static class KnownSources
{
    /// <summary>All, sorted by service type.</summary>
    public static IReadOnlyList<KnownSource> All { get; } =
    [
        new("azure_blob_storage", "Azure Blob Storage"),
        new("box", "Box"),
        new("confluence", "Confluence"),
        new("dir", "System Directory"),
        new("dropbox", "Dropbox"),
        new("github", "GitHub"),
        new("gitlab", "GitLab"),
        new("gmail", "Gmail"),
        new("google_cloud_storage", "Google Cloud Storage"),
        new("google_drive", "Google Drive"),
        new("graphql", "GraphQL"),
        new("jira", "Jira"),
        new("microsoft_teams", "Microsoft Teams"),
        new("mongodb", "MongoDB"),
        new("mssql", "Microsoft SQL Server"),
        new("mysql", "MySQL"),
        new("network_drive", "Network Drive") { Through = "a mounted folder" },
        new("notion", "Notion"),
        new("onedrive", "OneDrive"),
        new("oracle", "Oracle Database") { Reason = "as Oracle's driver comes under a licence of its own" },
        new("outlook", "Outlook"),
        new("postgresql", "PostgreSQL"),
        new("redis", "Redis"),
        new("s3", "Amazon S3"),
        new("salesforce", "Salesforce"),
        new("sandfly", "Sandfly Security"),
        new("servicenow", "ServiceNow"),
        new("sharepoint_online", "SharePoint Online"),
        new("sharepoint_server", "SharePoint Server"),
        new("slack", "Slack"),
        new("zoom", "Zoom"),
    ];

    private static readonly Dictionary<string, KnownSource> ByServiceType = All.ToDictionary(
        source => source.ServiceType,
        StringComparer.Ordinal
    );

    /// <summary>The one of a service type; <see langword="null"/> when Elastic's service has none either.</summary>
    public static KnownSource? Find(string serviceType) => ByServiceType.GetValueOrDefault(serviceType);

    /// <summary>The state of a source that there is a class for.</summary>
    public static string StateOfClass(string serviceType) => Find(serviceType)?.State(isHere: true) ?? KnownSource.Here;

    /// <summary>Those that are not among <paramref name="serviceTypes"/>.</summary>
    public static IEnumerable<KnownSource> Without(IEnumerable<string> serviceTypes) =>
        All.ExceptBy(serviceTypes, source => source.ServiceType, StringComparer.Ordinal);

    /// <summary>These service types and all that are known: what a misspelt one may have meant.</summary>
    public static IEnumerable<string> With(IEnumerable<string> serviceTypes) =>
        serviceTypes.Union(All.Select(source => source.ServiceType), StringComparer.Ordinal);
}
