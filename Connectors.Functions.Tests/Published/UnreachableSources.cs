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
        return new(StringComparer.Ordinal)
        {
            ["azure_blob_storage"] = new(
                "Azure Blob Storage could not be reached to list the container 'c' (ConnectionRefused).",
                new()
                {
                    ["account_name"] = "a",
                    ["account_key"] = AzuriteServer.Key,
                    ["blob_endpoint"] = $"{http}/a",
                    ["containers"] = "c",
                    ["retry_count"] = 0,
                }
            ),
            ["box"] = new(NotSet("Client ID", "Client Secret", "Refresh Token"), []),
            ["confluence"] = new(
                $"Confluence ({http}/rest/api/space): can't be reached (ConnectionRefused).",
                new()
                {
                    ["data_source"] = "confluence_server",
                    ["confluence_url"] = http,
                    ["username"] = "u",
                    ["password"] = "p",
                    ["spaces"] = "*",
                    ["allowed_hosts"] = "127.0.0.1",
                    ["retry_count"] = 1,
                }
            ),
            ["dir"] = new("directory: '/no/such/folder' does not exist on this machine.", new() { ["directory"] = "/no/such/folder" }),
            ["dropbox"] = new(NotSet("App Key", "App secret", "Refresh token"), []),
            ["github"] = new(
                $"GitHub (https://{authority}/api/graphql): can't be reached (ConnectionRefused).",
                new()
                {
                    ["data_source"] = "github_server",
                    ["host"] = $"https://{authority}",
                    ["token"] = "t",
                    ["repositories"] = "o/r",
                    ["allowed_hosts"] = "127.0.0.1",
                    ["retry_count"] = 1,
                }
            ),
            ["gitlab"] = new(
                $"GitLab ({http}/api/v4/user): can't be reached (ConnectionRefused).",
                new()
                {
                    ["url"] = http,
                    ["token"] = "t",
                    ["projects"] = "o/r",
                    ["allowed_hosts"] = "127.0.0.1",
                    ["retry_count"] = 1,
                }
            ),
            ["gmail"] = new(NotSet("Gmail service account JSON", "Google Workspace admin email", "Google customer id"), []),
            ["google_cloud_storage"] = new(NotSet("Google Cloud Storage buckets", "Google Cloud service account JSON"), []),
            ["google_drive"] = new(NotSet("Google Drive service account JSON"), []),
            ["graphql"] = new(
                $"GraphQL ({http}/graphql): can't be reached (ConnectionRefused).",
                new()
                {
                    ["http_endpoint"] = $"{http}/graphql",
                    ["graphql_query"] = "{ users { id } }",
                    ["graphql_object_to_id_map"] = """{"users": "id"}""",
                    ["allowed_hosts"] = "127.0.0.1",
                }
            ),
            ["http_json"] = new(
                $"HTTP JSON ({http}/items): can't be reached (ConnectionRefused).",
                new() { ["url"] = $"{http}/items", ["allowed_hosts"] = "127.0.0.1" }
            ),
            ["jira"] = new(
                $"Jira ({http}/rest/api/2/myself): can't be reached (ConnectionRefused).",
                new()
                {
                    ["data_source"] = "jira_server",
                    ["jira_url"] = http,
                    ["username"] = "u",
                    ["password"] = "p",
                    ["projects"] = "*",
                    ["allowed_hosts"] = "127.0.0.1",
                    ["retry_count"] = 1,
                }
            ),
            ["microsoft_teams"] = new(NotSet("Directory (tenant) ID", "Application (client) ID", "Client secret"), []),
            ["mongodb"] = new(
                $"MongoDB server {authority}: nothing listens there.",
                new()
                {
                    ["host"] = $"mongodb://{authority}/?serverSelectionTimeoutMS=300",
                    ["database"] = "d",
                    ["collection"] = "c",
                    ["direct_connection"] = true,
                }
            ),
            ["mssql"] = new(
                $"SQL Server {authority}: nothing listens there.",
                new()
                {
                    ["host"] = "127.0.0.1",
                    ["port"] = port,
                    ["username"] = "u",
                    ["password"] = "p",
                    ["database"] = "d",
                    ["tables"] = "*",
                }
            ),
            ["mysql"] = new(
                $"MySQL server {authority}: can't be reached.",
                new()
                {
                    ["host"] = "127.0.0.1",
                    ["port"] = port,
                    ["user"] = "u",
                    ["password"] = "p",
                    ["database"] = "d",
                    ["tables"] = "*",
                }
            ),
            ["network_drive"] = new(
                "directory: '/no/such/folder' does not exist on this machine.",
                new()
                {
                    ["directory"] = "/no/such/folder",
                    ["server_ip"] = "10.0.0.5",
                    ["drive_path"] = "share",
                }
            ),
            ["notion"] = new(NotSet("Notion secret key"), []),
            ["onedrive"] = new(NotSet("Application (client) ID", "Client secret", "Directory (tenant) ID"), []),
            ["outlook"] = new(NotSet("Application (client) ID", "Client secret", "Directory (tenant) ID"), []),
            ["postgresql"] = new(
                $"PostgreSQL server {authority}: nothing listens there.",
                new()
                {
                    ["host"] = "127.0.0.1",
                    ["port"] = port,
                    ["username"] = "u",
                    ["password"] = "p",
                    ["database"] = "d",
                    ["tables"] = "*",
                }
            ),
            ["redis"] = new(
                $"Redis server {authority}: nothing listens there.",
                new()
                {
                    ["host"] = "127.0.0.1",
                    ["port"] = port,
                    ["database"] = "0",
                }
            ),
            ["s3"] = new(
                "S3 could not be reached to list the bucket 'b' (ConnectionRefused).",
                new()
                {
                    ["endpoint_url"] = http,
                    ["aws_access_key_id"] = "AK",
                    ["aws_secret_access_key"] = "p",
                    ["buckets"] = "b",
                    ["max_attempts"] = 1,
                    ["force_path_style"] = true,
                }
            ),
            ["salesforce"] = new(NotSet("Domain", "Client ID", "Client Secret"), []),
            ["sandfly"] = new(
                $"Sandfly ({http}/v4/auth/login): can't be reached (ConnectionRefused).",
                new()
                {
                    ["server_url"] = $"{http}/v4",
                    ["username"] = "u",
                    ["password"] = "p",
                    ["allowed_hosts"] = "127.0.0.1",
                    ["retry_count"] = 1,
                }
            ),
            ["servicenow"] = new(
                $"ServiceNow ({http}/api/now/table/sys_db_object): can't be reached (ConnectionRefused).",
                new()
                {
                    ["url"] = http,
                    ["username"] = "u",
                    ["password"] = "p",
                    ["services"] = "*",
                    ["allowed_hosts"] = "127.0.0.1",
                    ["retry_count"] = 1,
                }
            ),
            ["sharepoint_online"] = new(NotSet("Directory (tenant) ID", "Tenant name", "Application (client) ID", "Client secret"), []),
            ["sharepoint_server"] = new(
                $"SharePoint Server ({http}/sites/eng/_api/web): can't be reached (ConnectionRefused).",
                new()
                {
                    ["username"] = "u",
                    ["password"] = "p",
                    ["host_url"] = http,
                    ["site_collections"] = "eng",
                    ["allowed_hosts"] = "127.0.0.1",
                    ["retry_count"] = 1,
                }
            ),
            ["slack"] = new(NotSet("Authentication token", "Days of message history to fetch"), []),
            ["zoom"] = new(NotSet("Account ID", "Client ID", "Client secret", "Recording Age Limit (Months)"), []),
        };
    }

    /// <summary>What is said of required fields without a value, by their labels.</summary>
    private static string NotSet(params IEnumerable<string> labels) =>
        $"Field validation errors: {string.Join(' ', labels.Select(label => $"'{label}' cannot be empty."))}";
}

/// <summary>A source that does not reach its server.</summary>
/// <param name="Error">How the error of its sync begins.</param>
/// <param name="Settings">Its configuration.</param>
internal sealed record UnreachableSource(string Error, Dictionary<string, JsonNode?> Settings);
