namespace Connectors.Sources;

/// <summary>The sources of this assembly. A host gives them to the service's configuration and catalog.</summary>
public static class BuiltInSources
{
    /// <summary>Class by service type, as <c>Namespace.Type, Assembly</c>.</summary>
    public static IReadOnlyDictionary<string, string> Classes { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["azure_blob_storage"] = "Connectors.Sources.ObjectStores.AzureBlobs.AzureBlobDataSource, Connectors.Sources",
            ["box"] = "Connectors.Sources.Rest.Box.BoxDataSource, Connectors.Sources",
            ["confluence"] = "Connectors.Sources.Rest.Confluence.ConfluenceDataSource, Connectors.Sources",
            ["dir"] = "Connectors.Sources.Files.DirectoryDataSource, Connectors.Sources",
            ["dropbox"] = "Connectors.Sources.Rest.Dropbox.DropboxDataSource, Connectors.Sources",
            ["github"] = "Connectors.Sources.Rest.GitHub.GitHubDataSource, Connectors.Sources",
            ["gitlab"] = "Connectors.Sources.Rest.GitLab.GitLabDataSource, Connectors.Sources",
            ["gmail"] = "Connectors.Sources.Rest.Gmail.GmailDataSource, Connectors.Sources",
            ["google_cloud_storage"] = "Connectors.Sources.Rest.GoogleCloudStorage.GoogleCloudStorageDataSource, Connectors.Sources",
            ["google_drive"] = "Connectors.Sources.Rest.GoogleDrive.GoogleDriveDataSource, Connectors.Sources",
            ["graphql"] = "Connectors.Sources.Rest.GraphQL.GraphQLDataSource, Connectors.Sources",
            ["http_json"] = "Connectors.Sources.Rest.HttpJson.HttpJsonDataSource, Connectors.Sources",
            ["jira"] = "Connectors.Sources.Rest.Jira.JiraDataSource, Connectors.Sources",
            ["microsoft_teams"] = "Connectors.Sources.Rest.MicrosoftTeams.MicrosoftTeamsDataSource, Connectors.Sources",
            ["mongodb"] = "Connectors.Sources.Databases.MongoDB.MongoDataSource, Connectors.Sources",
            ["mssql"] = "Connectors.Sources.Databases.Sql.MsSql.MsSqlDataSource, Connectors.Sources",
            ["mysql"] = "Connectors.Sources.Databases.Sql.MySql.MySqlDataSource, Connectors.Sources",
            ["network_drive"] = "Connectors.Sources.Files.NetworkDrive.NetworkDriveDataSource, Connectors.Sources",
            ["notion"] = "Connectors.Sources.Rest.Notion.NotionDataSource, Connectors.Sources",
            ["onedrive"] = "Connectors.Sources.Rest.OneDrive.OneDriveDataSource, Connectors.Sources",
            ["outlook"] = "Connectors.Sources.Rest.Outlook.OutlookDataSource, Connectors.Sources",
            ["postgresql"] = "Connectors.Sources.Databases.Sql.PostgreSql.PostgreSqlDataSource, Connectors.Sources",
            ["redis"] = "Connectors.Sources.Databases.Redis.RedisDataSource, Connectors.Sources",
            ["s3"] = "Connectors.Sources.ObjectStores.S3.S3DataSource, Connectors.Sources",
            ["salesforce"] = "Connectors.Sources.Rest.Salesforce.SalesforceDataSource, Connectors.Sources",
            ["sandfly"] = "Connectors.Sources.Rest.Sandfly.SandflyDataSource, Connectors.Sources",
            ["servicenow"] = "Connectors.Sources.Rest.ServiceNow.ServiceNowDataSource, Connectors.Sources",
            ["sharepoint_online"] = "Connectors.Sources.Rest.SharePointOnline.SharePointOnlineDataSource, Connectors.Sources",
            ["sharepoint_server"] = "Connectors.Sources.Rest.SharePointServer.SharePointServerDataSource, Connectors.Sources",
            ["slack"] = "Connectors.Sources.Rest.Slack.SlackDataSource, Connectors.Sources",
            ["zoom"] = "Connectors.Sources.Rest.Zoom.ZoomDataSource, Connectors.Sources",
        };

    /// <summary>Names under which earlier versions had these classes, and the service type of each. A configuration that names one still
    /// works.</summary>
    public static IReadOnlyDictionary<string, string> FormerNames { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["Connectors.Sync.Sources.AzureBlobs.AzureBlobDataSource, Connectors.Sync"] = "azure_blob_storage",
            ["Connectors.Sync.Sources.Directory.DirectoryDataSource, Connectors.Sync"] = "dir",
            ["Connectors.Sync.Sources.HttpJson.HttpJsonDataSource, Connectors.Sync"] = "http_json",
            ["Connectors.Sync.Sources.MongoDB.MongoDataSource, Connectors.Sync"] = "mongodb",
            ["Connectors.Sync.Sources.MySql.MySqlDataSource, Connectors.Sync"] = "mysql",
            ["Connectors.Sync.Sources.PostgreSql.PostgreSqlDataSource, Connectors.Sync"] = "postgresql",
            ["Connectors.Sync.Sources.Redis.RedisDataSource, Connectors.Sync"] = "redis",
            ["Connectors.Sync.Sources.S3.S3DataSource, Connectors.Sync"] = "s3",
        };
}
