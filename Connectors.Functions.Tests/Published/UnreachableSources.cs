using System.Text.Json.Nodes;
using Connectors.Tests.Support.Servers;

namespace Connectors.Tests.Published;

/// <summary>Each source with settings that lead to a port of this machine on which nobody listens.</summary>
internal static class UnreachableSources
{
    /// <summary>
    /// By service type. What most say is that nobody listens: the driver did its work, up to that. Sources whose hosts are their own stop
    /// at a field, so that nothing leaves this machine. A new source needs its row here.
    /// </summary>
    public static SortedDictionary<string, UnreachableSource> At(int port)
    {
        var authority = $"127.0.0.1:{port}";
        var http = $"http://{authority}";
        (string, JsonNode?) local = ("allowed_hosts", "127.0.0.1");
        return new(StringComparer.Ordinal)
        {
            ["azure_blob_storage"] = Said(
                "Azure Blob Storage could not be reached to list the container 'c' (ConnectionRefused).",
                ("account_name", "a"),
                ("account_key", AzuriteServer.Key),
                ("blob_endpoint", $"{http}/a"),
                ("containers", "c"),
                ("retry_count", 0)
            ),
            ["box"] = NotSet(("client_id", "Client ID"), ("client_secret", "Client Secret"), ("refresh_token", "Refresh Token")),
            ["confluence"] = Atlassian("confluence", "Confluence", "/rest/api/space", "spaces"),
            ["dir"] = Said("directory: '/no/such/folder' does not exist on this machine.", ("directory", "/no/such/folder")),
            ["dropbox"] = NotSet(("app_key", "App Key"), ("app_secret", "App secret"), ("refresh_token", "Refresh token")),
            ["github"] = Rest(
                $"GitHub (https://{authority}/api/graphql)",
                ("data_source", "github_server"),
                ("host", $"https://{authority}"),
                ("token", "t"),
                ("repositories", "o/r")
            ),
            ["gitlab"] = Rest($"GitLab ({http}/api/v4/user)", ("url", http), ("token", "t"), ("projects", "o/r")),
            ["gmail"] = NotSet(
                ("service_account_credentials", "Gmail service account JSON"),
                ("subject", "Google Workspace admin email"),
                ("customer_id", "Google customer id")
            ),
            ["google_cloud_storage"] = NotSet(
                ("buckets", "Google Cloud Storage buckets"),
                ("service_account_credentials", "Google Cloud service account JSON")
            ),
            ["google_drive"] = NotSet(("service_account_credentials", "Google Drive service account JSON")),
            ["graphql"] = Said(
                $"GraphQL ({http}/graphql): refuses the connection.",
                ("http_endpoint", $"{http}/graphql"),
                ("graphql_query", "{ users { id } }"),
                ("graphql_object_to_id_map", """{"users": "id"}"""),
                local
            ),
            ["http_json"] = Said($"HTTP JSON ({http}/items): refuses the connection.", ("url", $"{http}/items"), local),
            ["jira"] = Atlassian("jira", "Jira", "/rest/api/2/myself", "projects"),
            ["microsoft_teams"] = NotSet(
                ("tenant_id", "Directory (tenant) ID"),
                ("client_id", "Application (client) ID"),
                ("secret_value", "Client secret")
            ),
            ["mongodb"] = Said(
                $"MongoDB server {authority}: nothing listens there.",
                ("host", $"mongodb://{authority}/?serverSelectionTimeoutMS=300"),
                ("database", "d"),
                ("collection", "c"),
                ("direct_connection", true)
            ),
            ["mssql"] = Sql($"SQL Server {authority}: nothing listens there."),
            ["mysql"] = Sql($"MySQL server {authority}: can't be reached.", user: "user"),
            ["network_drive"] = Said(
                "directory: '/no/such/folder' does not exist on this machine.",
                ("directory", "/no/such/folder"),
                ("server_ip", "10.0.0.5"),
                ("drive_path", "share")
            ),
            ["notion"] = NotSet(("notion_secret_key", "Notion secret key")),
            ["onedrive"] = NotSet(
                ("client_id", "Application (client) ID"),
                ("client_secret", "Client secret"),
                ("tenant_id", "Directory (tenant) ID")
            ),
            ["outlook"] = NotSet(
                ("client_id", "Application (client) ID"),
                ("client_secret", "Client secret"),
                ("tenant_id", "Directory (tenant) ID")
            ),
            ["postgresql"] = Sql($"PostgreSQL server {authority}: nothing listens there."),
            ["redis"] = Said($"Redis server {authority}: nothing listens there.", ("host", "127.0.0.1"), ("port", port), ("database", "0")),
            ["s3"] = Said(
                "S3 could not be reached to list the bucket 'b' (ConnectionRefused).",
                ("endpoint_url", http),
                ("aws_access_key_id", "AK"),
                ("aws_secret_access_key", "p"),
                ("buckets", "b"),
                ("max_attempts", 1),
                ("force_path_style", true)
            ),
            ["salesforce"] = NotSet(("domain", "Domain"), ("client_id", "Client ID"), ("client_secret", "Client Secret")),
            ["sandfly"] = Rest($"Sandfly ({http}/v4/auth/login)", ("server_url", $"{http}/v4"), ("username", "u"), ("password", "p")),
            ["servicenow"] = Rest(
                $"ServiceNow ({http}/api/now/table/sys_db_object)",
                ("url", http),
                ("username", "u"),
                ("password", "p"),
                ("services", "*")
            ),
            ["sharepoint_online"] = NotSet(
                ("tenant_id", "Directory (tenant) ID"),
                ("tenant_name", "Tenant name"),
                ("client_id", "Application (client) ID"),
                ("secret_value", "Client secret")
            ),
            ["sharepoint_server"] = Rest(
                $"SharePoint Server ({http}/sites/eng/_api/web)",
                ("username", "u"),
                ("password", "p"),
                ("host_url", http),
                ("site_collections", "eng")
            ),
            ["slack"] = NotSet(("token", "Authentication token"), ("fetch_last_n_days", "Days of message history to fetch")),
            ["zoom"] = NotSet(
                ("account_id", "Account ID"),
                ("client_id", "Client ID"),
                ("client_secret", "Client secret"),
                ("recording_age", "Recording Age Limit (Months)")
            ),
        };

        UnreachableSource Rest(string asked, params IEnumerable<(string, JsonNode?)> settings) =>
            Said($"{asked}: refuses the connection.", [.. settings, local, ("retry_count", 1)]);

        UnreachableSource Atlassian(string product, string name, string path, string places) =>
            Rest(
                $"{name} ({http}{path})",
                ("data_source", $"{product}_server"),
                ($"{product}_url", http),
                ("username", "u"),
                ("password", "p"),
                (places, "*")
            );

        UnreachableSource Sql(string error, string user = "username") =>
            Said(error, ("host", "127.0.0.1"), ("port", port), (user, "u"), ("password", "p"), ("database", "d"), ("tables", "*"));
    }

    private static UnreachableSource Said(string error, params IEnumerable<(string Name, JsonNode? Value)> settings) =>
        new(error, settings.ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal));

    /// <summary>What is said of required fields without a value.</summary>
    private static UnreachableSource NotSet(params IEnumerable<(string Name, string Label)> fields) =>
        Said($"Field validation errors: {string.Join(' ', fields.Select(field => $"{field.Name} ('{field.Label}') cannot be empty."))}");
}

/// <summary>A source that does not reach its server.</summary>
/// <param name="Error">How the error of its sync begins.</param>
/// <param name="Settings">Its configuration.</param>
internal sealed record UnreachableSource(string Error, Dictionary<string, JsonNode?> Settings);
