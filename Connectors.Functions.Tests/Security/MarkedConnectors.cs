using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Connectors.Tests.Security;

/// <summary>Connectors of every source, with a marked secret in their fields.</summary>
internal static class MarkedConnectors
{
    /// <summary>What somebody enters in a field that is not meant for secrets.</summary>
    private static readonly string[] Clothes =
    [
        $"redis://user:{LeftBehind.Secret}@127.0.0.1:1/x?token={LeftBehind.Secret}&b=1",
        $"user:{LeftBehind.Secret}@127.0.0.1",
        $"Server=127.0.0.1;Password={LeftBehind.Secret};Database=d",
    ];

    private static readonly SourceCatalog Catalog = new(
        BuiltInSources.Classes,
        Path.GetTempPath(),
        NullLoggerFactory.Instance,
        TimeProvider.System
    );

    /// <summary>Those that can be pointed at a server of this machine by the values below: no test may call a service on the
    /// internet.</summary>
    public static IReadOnlyList<string> ServiceTypes { get; } =
    ["azure_blob_storage", "dir", "http_json", "mongodb", "mysql", "postgresql", "redis", "s3"];

    /// <summary>A connector whose sensitive fields all hold the secret.</summary>
    public static JsonObject Of(string serviceType, int port, bool isTls, string id)
    {
        var values = Values(serviceType, port, isTls);
        foreach (var field in Catalog.Describe(serviceType).Fields.Where(field => field.Sensitive))
        {
            values[field.Name] = field.Name == "headers" ? $"X-Key: {LeftBehind.Secret}" : LeftBehind.Secret;
        }

        return Render(serviceType, values, id);
    }

    /// <summary>Connectors with the secret in one field each, in every form in which it may be entered there.</summary>
    public static IEnumerable<(string Field, JsonObject Connector)> OfEachField(string serviceType, int port)
    {
        foreach (var field in Catalog.Describe(serviceType).Fields)
        {
            foreach (
                var value in field.Sensitive || field.Type is ConfigFieldType.Integer or ConfigFieldType.Boolean || field.Options.Count > 0
                    ? [LeftBehind.Secret]
                    : Clothes
            )
            {
                var values = Values(serviceType, port, isTls: false);
                foreach (var condition in field.DependsOn)
                {
                    values[condition.Field] = condition.Value.DeepClone();
                }

                values[field.Name] = value;
                yield return (field.Name, Render(serviceType, values, "c"));
            }
        }
    }

    private static JsonObject Render(string serviceType, Dictionary<string, JsonNode?> values, string id) =>
        new()
        {
            ["name"] = id,
            ["service_type"] = serviceType,
            ["index_name"] = $"search-{id}",
            ["status"] = "configured",
            ["scheduling"] = new JsonObject
            {
                ["full"] = new JsonObject { ["enabled"] = false, ["interval"] = "0 0 0 * * ?" },
            },
            ["configuration"] = ConnectorConfiguration.Render(Catalog.Describe(serviceType).Fields, values),
        };

    private static Dictionary<string, JsonNode?> Values(string serviceType, int port, bool isTls)
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
            _ => new()
            {
                ["host"] = "127.0.0.1",
                ["port"] = port,
                [serviceType == "mysql" ? "user" : "username"] = "u",
                ["database"] = "d",
                ["tables"] = "*",
                ["ssl_enabled"] = isTls,
            },
        };
    }
}
