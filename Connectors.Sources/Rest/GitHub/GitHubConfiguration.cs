using Connectors.Abstractions;

namespace Connectors.Sources.Rest.GitHub;

/// <summary>The fields of a <c>github</c> connector, under the Python service's names.</summary>
internal sealed record GitHubConfiguration
{
    private const string Cloud = "github_cloud";
    private const string Server = "github_server";
    private const string PersonalToken = "personal_access_token";
    private const string App = "github_app";
    private const string Organization = "organization";
    private const string Other = "other";

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("data_source", "Data source")
        {
            Display = ConfigDisplay.DropDown,
            DefaultValue = Server,
            Options = [new ConfigOption("GitHub Cloud", Cloud), new ConfigOption("GitHub Server", Server)],
        },
        new("host", "Server URL")
        {
            DependsOn = [new ConfigDependency("data_source", Server)],
            Validations = [new ConfigValidation("regex", "^https://.*")],
            Tooltip = "Address of the GitHub Enterprise Server: https://github.example.com.",
        },
        new("auth_method", "Authentication method")
        {
            Display = ConfigDisplay.DropDown,
            DefaultValue = PersonalToken,
            Options = [new ConfigOption("Personal access token", PersonalToken), new ConfigOption("GitHub App", App)],
        },
        new("token", "Token") { Sensitive = true, DependsOn = [new ConfigDependency("auth_method", PersonalToken)] },
        new("repo_type", "Repository Type")
        {
            Display = ConfigDisplay.DropDown,
            DefaultValue = Other,
            Options = [new ConfigOption("Organization", Organization), new ConfigOption("Other", Other)],
            Tooltip = "Repositories of organizations, or of a user.",
        },
        new("org_name", "Organization Name")
        {
            DependsOn = [new ConfigDependency("auth_method", PersonalToken), new ConfigDependency("repo_type", Organization)],
        },
        new("app_id", "App ID")
        {
            Type = ConfigFieldType.Integer,
            Display = ConfigDisplay.Numeric,
            DependsOn = [new ConfigDependency("auth_method", App)],
        },
        new("private_key", "App private key")
        {
            Display = ConfigDisplay.TextArea,
            Sensitive = true,
            DependsOn = [new ConfigDependency("auth_method", App)],
            Tooltip = "The PEM file that GitHub made for the app.",
        },
        new("repositories", "List of repositories")
        {
            Type = ConfigFieldType.List,
            Display = ConfigDisplay.TextArea,
            Tooltip = "NAME or OWNER/NAME, divided by commas; * for all.",
        },
        CommonFields.Toggle("ssl_enabled", "Enable SSL", "Trust the certificate authority below, for a GitHub Server."),
        new(CertificateAuthorities.SslCa, "SSL certificate")
        {
            Required = false,
            DependsOn = [new ConfigDependency("ssl_enabled", true)],
            Tooltip = "Certificate authority as PEM text.",
        },
        RestFields.Retries,
        RestFields.AllowedHosts,
        CommonFields.TextExtraction,
        AccessControl.Switch with
        {
            DependsOn = [new ConfigDependency("repo_type", Organization)],
            Tooltip =
                "Keep who may read which repository: documents list the members who are collaborators, and access control syncs keep the "
                + "members.",
        },
    ];

    /// <summary>Where REST calls go: <c>https://api.github.com/</c>, or <c>https://HOST/api/v3/</c>.</summary>
    public required Uri Rest { get; init; }

    /// <summary>Where GraphQL queries go.</summary>
    public required string GraphQL { get; init; }

    public required string AddressField { get; init; }

    /// <summary>Whether it is a GitHub Server, whose host stands in a field.</summary>
    public required bool IsServer { get; init; }

    /// <summary>The personal access token; <see langword="null"/> with a GitHub App.</summary>
    public required Secret? Token { get; init; }

    public required string AppId { get; init; }

    public required Secret? PrivateKey { get; init; }

    /// <summary>Whether repositories of organizations are mirrored, not those of users.</summary>
    public required bool OfOrganizations { get; init; }

    /// <summary>The organization, with a personal access token.</summary>
    public required string OrganizationName { get; init; }

    /// <summary>Names as they were entered; empty for all.</summary>
    public required IReadOnlyList<string> Repositories { get; init; }

    public required bool HasAccessControl { get; init; }

    public required int Retries { get; init; }

    public required IReadOnlyList<string> PrivateHosts { get; init; }

    /// <summary>The certificate authority of a GitHub Server, as PEM; <see langword="null"/> for those of this system.</summary>
    public required string? Authority { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static GitHubConfiguration From(SourceSettings settings)
    {
        var isServer = settings.GetChoice("data_source", Cloud, Server) == Server;
        var isApp = settings.GetChoice("auth_method", PersonalToken, App) == App;
        var ofOrganizations = settings.GetChoice("repo_type", Other, Organization) == Organization;
        var host = isServer ? RestFields.Address(settings, "host") : new Uri("https://api.github.com/");
        var repositories = settings.GetList("repositories");
        return new GitHubConfiguration
        {
            Rest = isServer ? new Uri(host, "/api/v3/") : host,
            GraphQL = isServer ? "/api/graphql" : "/graphql",
            IsServer = isServer,
            AddressField = isServer ? "host" : "repositories",
            Token = isApp ? null : new Secret(settings.GetRequiredString("token")),
            AppId = isApp ? settings.GetRequiredString("app_id") : string.Empty,
            PrivateKey = isApp ? new Secret(settings.GetRequiredString("private_key")) : null,
            OfOrganizations = ofOrganizations,
            OrganizationName = ofOrganizations && !isApp ? settings.GetRequiredString("org_name") : string.Empty,
            Repositories =
                repositories.Count == 0
                    ? throw new ConnectorException("repositories: required, but empty. Name repositories, or give * for all.")
                : repositories.Contains("*", StringComparer.Ordinal) ? []
                : repositories,
            HasAccessControl = ofOrganizations && AccessControl.IsOn(settings),
            Retries = RestFields.Number(settings, "retry_count", 3, 0, 10),
            PrivateHosts = settings.GetList("allowed_hosts"),
            Authority =
                isServer && settings.GetBoolean("ssl_enabled") && settings.GetString(CertificateAuthorities.SslCa) is { Length: > 0 } pem
                    ? pem
                    : null,
        };
    }
}
