using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB.Bson;

namespace Connectors.Sources.Databases.MongoDB;

/// <summary>The fields of the source, under the Python service's names, and what was entered in them.</summary>
internal sealed record MongoConfiguration
{
    private const string HostField = "host";
    private const string UserField = "user";
    private const string PasswordField = "password";
    private const string DatabaseField = "database";
    private const string CollectionField = "collection";
    private const string DirectConnectionField = "direct_connection";
    private const string SslEnabledField = "ssl_enabled";
    private const string TlsInsecureField = "tls_insecure";
    private const string DatetimeConversionField = "datetime_conversion";

    public required string Host { get; init; }

    public string User { get; init; } = string.Empty;

    public Secret? Password { get; init; }

    public required string Database { get; init; }

    public required string Collection { get; init; }

    public bool DirectConnection { get; init; }

    public bool SslEnabled { get; init; }

    public string SslCa { get; init; } = string.Empty;

    public bool TlsInsecure { get; init; }

    public DateConversion Dates { get; init; }

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new ConfigField(HostField, "Server hostname"),
        new ConfigField(UserField, "Username") { Required = false },
        new ConfigField(PasswordField, "Password") { Required = false, Sensitive = true },
        new ConfigField(DatabaseField, "Database"),
        new ConfigField(CollectionField, "Collection"),
        Toggle(DirectConnectionField, "Direct connection"),
        Toggle(SslEnabledField, "SSL/TLS Connection") with
        {
            Tooltip =
                "This option establishes a secure connection to the MongoDB server using SSL/TLS encryption. Ensure that your MongoDB "
                + "deployment "
                + "supports SSL/TLS connections. Enable if MongoDB cluster uses DNS SRV records.",
        },
        new ConfigField(CertificateAuthorities.SslCa, "Certificate Authority (.pem)")
        {
            Required = false,
            DependsOn = [new ConfigDependency(SslEnabledField, true)],
            Tooltip =
                "Specifies the root certificate from the Certificate Authority. The value of the certificate is used to validate the "
                + "certificate "
                + "presented by the MongoDB instance.",
        },
        Toggle(TlsInsecureField, "Skip certificate verification") with
        {
            DependsOn = [new ConfigDependency(SslEnabledField, true)],
            UiRestrictions = ["advanced"],
            Tooltip =
                "This option skips certificate validation for TLS/SSL connections to your MongoDB server. We strongly recommend setting "
                + "this option "
                + "to 'disable'.",
        },
        new ConfigField(DatetimeConversionField, "Out-of-range date handling")
        {
            Display = ConfigDisplay.DropDown,
            Required = false,
            InitialValue = "DATETIME",
            UiRestrictions = ["advanced"],
            Options =
            [
                new ConfigOption("Clamp to the min/max date (default)", "DATETIME"),
                new ConfigOption("Clamp to the min/max date", "DATETIME_CLAMP"),
                new ConfigOption("Out-of-range dates as epoch milliseconds", "DATETIME_AUTO"),
                new ConfigOption("All dates as epoch milliseconds", "DATETIME_MS"),
            ],
            Tooltip =
                "How to handle MongoDB dates outside the supported range (years 1-9999). No date ever fails a sync: they are clamped, or "
                + "stored as "
                + "raw epoch milliseconds.",
        },
    ];

    /// <summary>Reads and checks the values.</summary>
    /// <exception cref="ConnectorException">One is missing or impossible.</exception>
    public static MongoConfiguration From(SourceSettings settings) =>
        new()
        {
            Host = settings.GetRequiredString(HostField),
            User = settings.GetString(UserField).Trim(),
            Password = settings.GetSecret(PasswordField),
            Database = settings.GetRequiredString(DatabaseField),
            Collection = settings.GetRequiredString(CollectionField),
            DirectConnection = settings.GetBoolean(DirectConnectionField),
            SslEnabled = settings.GetBoolean(SslEnabledField),
            SslCa = settings.GetString(CertificateAuthorities.SslCa).Trim(),
            TlsInsecure = settings.GetBoolean(TlsInsecureField),
            Dates = settings.GetChoice(DatetimeConversionField, "DATETIME", "DATETIME_CLAMP", "DATETIME_AUTO", "DATETIME_MS") switch
            {
                "DATETIME_AUTO" => DateConversion.MillisecondsWhenOutOfRange,
                "DATETIME_MS" => DateConversion.Milliseconds,
                _ => DateConversion.Clamp,
            },
        };

    private static ConfigField Toggle(string name, string label) =>
        new(name, label) { Type = ConfigFieldType.Boolean, InitialValue = JsonValue.Create(false) };
}
