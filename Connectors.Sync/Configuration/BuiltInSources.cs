namespace Connectors.Sync.Configuration;

/// <summary>The sources that come with the library.</summary>
internal static class BuiltInSources
{
    /// <summary>Class by service type.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["azure_blob_storage"] = "Connectors.Sync.Sources.AzureBlobs.AzureBlobDataSource, Connectors.Sync",
        ["confluence"] = "Connectors.Sync.Sources.Rest.Confluence.ConfluenceDataSource, Connectors.Sync",
        ["dir"] = "Connectors.Sync.Sources.Directory.DirectoryDataSource, Connectors.Sync",
        ["github"] = "Connectors.Sync.Sources.Rest.GitHub.GitHubDataSource, Connectors.Sync",
        ["http_json"] = "Connectors.Sync.Sources.HttpJson.HttpJsonDataSource, Connectors.Sync",
        ["jira"] = "Connectors.Sync.Sources.Rest.Jira.JiraDataSource, Connectors.Sync",
        ["mongodb"] = "Connectors.Sync.Sources.MongoDB.MongoDataSource, Connectors.Sync",
        ["mysql"] = "Connectors.Sync.Sources.MySql.MySqlDataSource, Connectors.Sync",
        ["postgresql"] = "Connectors.Sync.Sources.PostgreSql.PostgreSqlDataSource, Connectors.Sync",
        ["redis"] = "Connectors.Sync.Sources.Redis.RedisDataSource, Connectors.Sync",
        ["s3"] = "Connectors.Sync.Sources.S3.S3DataSource, Connectors.Sync",
        ["servicenow"] = "Connectors.Sync.Sources.Rest.ServiceNow.ServiceNowDataSource, Connectors.Sync",
    };
}
