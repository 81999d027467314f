using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Tests.Security;

/// <summary>Values with which a source gets as far as a server of this machine. Those of a new source follow from the names and types of
/// its fields.</summary>
internal static class MarkedValues
{
    /// <summary>Whether a source can be pointed at a server of this machine: it has a field for an address, or is known below.</summary>
    public static bool CanBePointedHere(string serviceType, IReadOnlyList<ConfigField> fields) =>
        Known(serviceType, 1, isTls: false) is not null || fields.Any(IsAddress);

    /// <summary>Whether the address has to begin with https.</summary>
    public static bool NeedsTls(IReadOnlyList<ConfigField> fields) =>
        fields.Any(field =>
            IsAddress(field)
            && field.Validations.Any(check =>
                check.Type == "regex" && ((string?)check.Constraint)?.Contains("https:", StringComparison.Ordinal) == true
            )
        );

    /// <summary>The values.</summary>
    public static Dictionary<string, JsonNode?> Of(string serviceType, IReadOnlyList<ConfigField> fields, int port, bool isTls)
    {
        if (Known(serviceType, port, isTls) is { } known)
        {
            return known;
        }

        var values = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            values[field.Name] = Guess(field, $"{(isTls || NeedsTls(fields) ? "https" : "http")}://127.0.0.1:{port}");
        }

        if (NeedsTls(fields) && fields.Any(field => field.Name == "ssl_ca"))
        {
            (values["ssl_enabled"], values["ssl_ca"]) = (true, OddServer.Authority);
        }

        return values;
    }

    private static bool IsAddress(ConfigField field) =>
        field is { Type: ConfigFieldType.Text, Sensitive: false, TakesNoUrl: false }
        && (
            field.Name is "url" or "host"
            || field.Name.EndsWith("_url", StringComparison.Ordinal)
            || field.Name.EndsWith("endpoint", StringComparison.Ordinal)
        );

    private static JsonNode? Guess(ConfigField field, string address)
    {
        if (IsAddress(field))
        {
            return address;
        }

        return field.Name switch
        {
            "certificate" => JsonValue.Create(LeftBehind.Certificate),
            "allowed_hosts" => JsonValue.Create("127.0.0.1"),
            "retry_count" => JsonValue.Create(0),
            _ => (field.InitialValue ?? field.DefaultValue)?.DeepClone()
                ?? (field.Options.Count > 0 ? (JsonNode)field.Options[0].Value : null)
                ?? (JsonNode?)(
                    field.Type switch
                    {
                        ConfigFieldType.Integer => JsonValue.Create(1),
                        ConfigFieldType.Boolean => JsonValue.Create(false),
                        ConfigFieldType.List => JsonValue.Create("*"),
                        ConfigFieldType.Text when field.Required => JsonValue.Create("x"),
                        _ => null,
                    }
                ),
        };
    }

    /// <summary>The values of those that a rule about names does not configure; <see langword="null"/> for others.</summary>
    private static Dictionary<string, JsonNode?>? Known(string serviceType, int port, bool isTls)
    {
        var http = $"{(isTls ? "https" : "http")}://127.0.0.1:{port}";
        return serviceType switch
        {
            "azure_blob_storage" => new()
            {
                ["account_name"] = "a",
                ["blob_endpoint"] = $"{http}/a",
                ["containers"] = "c",
                ["retry_count"] = 0,
                ["account_key"] = LeftBehind.Secret,
            },
            "dir" => new() { ["directory"] = "/no/such/folder" },
            "graphql" => new()
            {
                ["http_endpoint"] = $"{http}/graphql",
                ["graphql_query"] = "query { users { id } }",
                ["graphql_object_to_id_map"] = """{"users": "id"}""",
                ["username"] = "u",
                ["retry_count"] = 0,
                ["allowed_hosts"] = "127.0.0.1",
            },
            "http_json" => new() { ["url"] = $"{http}/items", ["allowed_hosts"] = "127.0.0.1" },
            "mongodb" => new()
            {
                ["host"] = $"mongodb://127.0.0.1:{port}/?serverSelectionTimeoutMS=300&connectTimeoutMS=300&socketTimeoutMS=300",
                ["user"] = "u",
                ["password"] = LeftBehind.Secret,
                ["database"] = "d",
                ["collection"] = "c",
                ["direct_connection"] = true,
                ["ssl_enabled"] = isTls,
            },
            "s3" => new()
            {
                ["endpoint_url"] = http,
                ["region"] = "us-east-1",
                ["aws_access_key_id"] = "AK",
                ["aws_secret_access_key"] = LeftBehind.Secret,
                ["buckets"] = "b",
                ["max_attempts"] = 1,
                ["force_path_style"] = true,
            },
            "redis" => new()
            {
                ["host"] = "127.0.0.1",
                ["port"] = port,
                ["username"] = "u",
                ["ssl_enabled"] = isTls,
            },
            "sharepoint_server" => new()
            {
                ["username"] = "u",
                ["host_url"] = http,
                ["site_collections"] = "eng",
                ["retry_count"] = 0,
                ["allowed_hosts"] = "127.0.0.1",
            },
            "mssql" or "mysql" or "postgresql" => new()
            {
                ["host"] = "127.0.0.1",
                ["port"] = port,
                [serviceType == "mysql" ? "user" : "username"] = "u",
                ["database"] = "d",
                ["tables"] = "*",
                ["ssl_enabled"] = isTls,
            },
            _ => null,
        };
    }
}
