using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Tests.Sync.Protocol;

/// <summary>Protocol documents and fields for tests.</summary>
internal static class Some
{
    /// <summary>The fields of Elastic's MongoDB source, as the recording shows them.</summary>
    public static IReadOnlyList<ConfigField> MongoFields { get; } =
    [
        new("host", "Server hostname"),
        new("user", "Username") { Required = false },
        new("password", "Password") { Required = false, Sensitive = true },
        new("database", "Database"),
        new("collection", "Collection"),
        new("direct_connection", "Direct connection") { Type = ConfigFieldType.Boolean },
        new("ssl_enabled", "SSL/TLS Connection")
        {
            Type = ConfigFieldType.Boolean,
            Tooltip =
                "This option establishes a secure connection to the MongoDB server using SSL/TLS encryption. Ensure that your MongoDB "
                + "deployment supports SSL/TLS connections. Enable if MongoDB cluster uses DNS SRV records.",
        },
        new("ssl_ca", "Certificate Authority (.pem)")
        {
            Required = false,
            DependsOn = [new("ssl_enabled", true)],
            Tooltip =
                "Specifies the root certificate from the Certificate Authority. The value of the certificate is used to validate the "
                + "certificate presented by the MongoDB instance.",
        },
        new("tls_insecure", "Skip certificate verification")
        {
            Type = ConfigFieldType.Boolean,
            DependsOn = [new("ssl_enabled", true)],
            UiRestrictions = ["advanced"],
            Tooltip =
                "This option skips certificate validation for TLS/SSL connections to your MongoDB server. We strongly recommend setting "
                + "this option to 'disable'.",
        },
        new("datetime_conversion", "Out-of-range date handling")
        {
            Required = false,
            InitialValue = "DATETIME",
            UiRestrictions = ["advanced"],
            Options =
            [
                new("Raise an error (legacy)", "DATETIME"),
                new("Clamp to the min/max date", "DATETIME_CLAMP"),
                new("Out-of-range dates as epoch milliseconds", "DATETIME_AUTO"),
                new("All dates as epoch milliseconds", "DATETIME_MS"),
            ],
            Tooltip =
                "How to handle MongoDB dates outside the supported range (years 1-9999). 'Raise an error' is the legacy behavior; the "
                + "other options let the sync continue by clamping or storing raw epoch milliseconds.",
        },
    ];

    /// <summary>A source with these fields that can do nothing beyond full syncs.</summary>
    public static ConnectorPreparation MongoPreparation { get; } =
        new(MongoFields, hasAdvancedRules: false, hasIncrementalSync: false, hasAccessControl: false);

    public static JsonObject NoFeatures() =>
        ConnectorFeatures.Render(hasAdvancedRules: false, hasIncrementalSync: false, hasAccessControl: false);

    public static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    public static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();

    public static ConnectorRecord Connector(string json) => new(new StoredDocument("c1", Json(json), 7, 1));

    public static SyncJobRecord Job(string json) => new(new StoredDocument("j1", Json(json), 7, 1));
}
