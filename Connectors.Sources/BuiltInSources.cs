namespace Connectors.Sources;

/// <summary>The sources that come with the library.</summary>
internal static class BuiltInSources
{
    /// <summary>Class by service type.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["azure_blob_storage"] = "Connectors.Sources.ObjectStores.AzureBlobs.AzureBlobDataSource, Connectors.Sources",
        ["confluence"] = "Connectors.Sources.Rest.Confluence.ConfluenceDataSource, Connectors.Sources",
        ["dir"] = "Connectors.Sources.Files.DirectoryDataSource, Connectors.Sources",
        ["github"] = "Connectors.Sources.Rest.GitHub.GitHubDataSource, Connectors.Sources",
        ["http_json"] = "Connectors.Sources.Rest.HttpJson.HttpJsonDataSource, Connectors.Sources",
        ["jira"] = "Connectors.Sources.Rest.Jira.JiraDataSource, Connectors.Sources",
        ["mongodb"] = "Connectors.Sources.Databases.MongoDB.MongoDataSource, Connectors.Sources",
        ["mysql"] = "Connectors.Sources.Databases.Sql.MySql.MySqlDataSource, Connectors.Sources",
        ["postgresql"] = "Connectors.Sources.Databases.Sql.PostgreSql.PostgreSqlDataSource, Connectors.Sources",
        ["redis"] = "Connectors.Sources.Databases.Redis.RedisDataSource, Connectors.Sources",
        ["s3"] = "Connectors.Sources.ObjectStores.S3.S3DataSource, Connectors.Sources",
        ["servicenow"] = "Connectors.Sources.Rest.ServiceNow.ServiceNowDataSource, Connectors.Sources",
    };
}
