using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Sandfly;

/// <summary>The fields of a <c>sandfly</c> connector, under the Python service's names.</summary>
/// <param name="Url">The server's API, with a slash at its end.</param>
internal sealed record SandflyConfiguration(Uri Url, string User, Secret Password)
{
    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("server_url", "Sandfly Server URL") { Tooltip = "The API's address: https://sandfly.example.org/v4." },
        new("username", "Sandfly Server Username"),
        new("password", "Sandfly Server Password") { Sensitive = true },
        CommonFields.Toggle("enable_pass", "Enable Pass Results", "Mirror results of checks that found nothing as well."),
        CommonFields.Toggle(
            "verify_ssl",
            "Verify SSL Certificate",
            "Switched off, whoever answers in the server's place gets the password. Give ssl_ca instead.",
            isOn: true
        ) with
        {
            ShapesDocuments = false,
        },
        new(CertificateAuthorities.SslCa, "SSL certificate")
        {
            Display = ConfigDisplay.TextArea,
            Required = false,
            ShapesDocuments = false,
            DependsOn = [new ConfigDependency("verify_ssl", true)],
            Tooltip = "Certificate authorities as PEM, for a certificate that the server made itself.",
        },
        new("fetch_days", "Days of results history to fetch")
        {
            Type = ConfigFieldType.Integer,
            Display = ConfigDisplay.Numeric,
            Required = false,
            DefaultValue = 30,
            Tooltip = "Older results leave the index with the next full sync.",
        },
        RestFields.Retries,
        RestFields.AllowedHosts,
    ];

    public bool WithPassed { get; init; }

    public bool VerifiesCertificate { get; init; }

    public string? Authority { get; init; }

    public int Days { get; init; }

    public int Retries { get; init; }

    public IReadOnlyList<string> PrivateHosts { get; init; } = [];

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static SandflyConfiguration From(SourceSettings settings) =>
        new(
            new Uri($"{RestFields.Address(settings, "server_url").GetLeftPart(UriPartial.Path).TrimEnd('/')}/"),
            settings.GetRequiredString("username"),
            new Secret(settings.GetRequiredString("password"))
        )
        {
            WithPassed = settings.GetBoolean("enable_pass", false),
            VerifiesCertificate = settings.GetBoolean("verify_ssl", true),
            Authority = settings.GetString(CertificateAuthorities.SslCa) is { Length: > 0 } authority ? authority : null,
            Days = RestFields.Number(settings, "fetch_days", 30, 1, 3650),
            Retries = RestFields.Number(settings, "retry_count", 3, 0, 10),
            PrivateHosts = settings.GetList("allowed_hosts"),
        };
}
