using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sources.Rest;
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

    /// <summary>Every source that there is, whoever adds it: but for those whose servers are at fixed addresses, since no test may call a
    /// service on the internet. These are in <see cref="MarkedRestSourcesTests"/>, as all that speak HTTP.</summary>
    public static IReadOnlyList<string> ServiceTypes { get; } =
    [.. Catalog.ServiceTypes.Where(type => MarkedValues.CanBePointedHere(type, Catalog.Describe(type).Fields))];

    /// <summary>Those that the base for services over HTTP serves.</summary>
    public static IReadOnlyList<string> RestTypes { get; } =
    [.. Catalog.ServiceTypes.Where(type => typeof(RestDataSource).IsAssignableFrom(Type.GetType(BuiltInSources.Classes[type])))];

    /// <summary>Whether a source takes an address with TLS only.</summary>
    public static bool NeedsTls(string serviceType) => MarkedValues.NeedsTls(Catalog.Describe(serviceType).Fields);

    /// <summary>The ways of signing in: for each, the fields that choose it.</summary>
    public static IReadOnlyList<IReadOnlyList<ConfigDependency>> SignInsOf(string serviceType)
    {
        IReadOnlyList<ConfigDependency>[] ways =
        [
            .. Catalog
                .Describe(serviceType)
                .Fields.Where(field => field.Sensitive && field.DependsOn.Count > 0)
                .Select(field => field.DependsOn)
                .DistinctBy(Name),
        ];
        return ways.Length > 0
            ? ways
            :
            [
                [],
            ];
    }

    /// <summary>The name of a way of signing in.</summary>
    public static string Name(IReadOnlyList<ConfigDependency> way) =>
        string.Join(", ", way.Select(condition => $"{condition.Field}={condition.Value}"));

    /// <summary>A connector whose sensitive fields all hold the secret.</summary>
    public static JsonObject Of(string serviceType, int port, bool isTls, string id, IReadOnlyList<ConfigDependency>? signIn = null)
    {
        var fields = Catalog.Describe(serviceType).Fields;
        var values = MarkedValues.Of(serviceType, fields, port, isTls);
        foreach (var field in fields.Where(field => field.Sensitive))
        {
            values[field.Name] =
                field.Name == "headers" && serviceType == "graphql" ? $$"""{"X-Key": "{{LeftBehind.Secret}}"}"""
                : field.Name == "headers" ? $"X-Key: {LeftBehind.Secret}"
                : field.Name == "certificate" ? LeftBehind.Certificate
                : field.Name.EndsWith("private_key", StringComparison.Ordinal) ? LeftBehind.PrivateKey
                : field.Name == "service_account_credentials" ? LeftBehind.ServiceAccount
                : LeftBehind.Secret;
        }

        foreach (var condition in signIn ?? [])
        {
            values[condition.Field] = condition.Value.DeepClone();
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
                var values = MarkedValues.Of(serviceType, Catalog.Describe(serviceType).Fields, port, isTls: false);
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
}
