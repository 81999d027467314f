using Connectors.Abstractions;

namespace Connectors.Sources.Rest.GitLab;

/// <summary>The fields of a <c>gitlab</c> connector: <c>token</c> and <c>projects</c> under the Python service's names, and what it does
/// not have.</summary>
internal sealed record GitLabConfiguration
{
    private const string Cloud = "https://gitlab.com";

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("url", "GitLab URL")
        {
            Required = false,
            DefaultValue = Cloud,
            Tooltip = "Address of a self-managed server: https://gitlab.example.com. Without one it is GitLab's cloud service.",
        },
        new("token", "Access token") { Sensitive = true, Tooltip = "A personal, group or project access token with the scope read_api." },
        new("projects", "Projects")
        {
            Type = ConfigFieldType.List,
            Display = ConfigDisplay.TextArea,
            Required = false,
            Tooltip = "Full paths (acme/tools/alpha), divided by commas; * for all that the token's owner is a member of.",
        },
        new("groups", "Groups")
        {
            Type = ConfigFieldType.List,
            Display = ConfigDisplay.TextArea,
            Required = false,
            Tooltip = "Full paths of groups whose projects are mirrored, with those of their subgroups, beside the projects above.",
        },
        CommonFields.Toggle("include_groups", "Mirror groups", "A document for each group that has one of the projects."),
        CommonFields.Toggle("include_wikis", "Mirror wikis", "A document for each page of the projects' wikis."),
        CommonFields.Toggle("include_snippets", "Mirror snippets", "A document for each snippet of the projects, with its content."),
        CommonFields.Toggle(
            "include_all_files",
            "Mirror all files",
            "All files of the default branch, with their contents, not only the read-me files at its root."
        ),
        new(CertificateAuthorities.SslCa, "SSL certificate")
        {
            Display = ConfigDisplay.TextArea,
            Required = false,
            Tooltip = "Certificate authority of a self-managed server, as PEM text.",
        },
        RestFields.Retries,
        RestFields.AllowedHosts,
        CommonFields.TextExtraction,
    ];

    /// <summary>The server, with a slash at its end.</summary>
    public required Uri Url { get; init; }

    public required Secret Token { get; init; }

    /// <summary>Whether all projects are mirrored that the token's owner is a member of.</summary>
    public required bool AllProjects { get; init; }

    /// <summary>Full paths of projects.</summary>
    public required IReadOnlyList<string> Projects { get; init; }

    /// <summary>Full paths of groups whose projects are mirrored.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    public bool HasGroups { get; init; }

    public bool HasWikis { get; init; }

    public bool HasSnippets { get; init; }

    public bool HasAllFiles { get; init; }

    public int Retries { get; init; }

    public IReadOnlyList<string> PrivateHosts { get; init; } = [];

    /// <summary>The certificate authority of the server, as PEM; <see langword="null"/> for those of this system.</summary>
    public string? Authority { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static GitLabConfiguration From(SourceSettings settings)
    {
        var (projects, groups) = (Paths(settings, "projects"), Paths(settings, "groups"));
        if (projects.Count == 0 && groups.Count == 0)
        {
            throw new ConnectorException("projects: required, but empty. Name projects, or groups, or give * for all.");
        }

        var all = projects.Contains("*", StringComparer.Ordinal);
        var url = settings.GetString("url") is { Length: > 0 } ? RestFields.Address(settings, "url") : new Uri(Cloud);
        return new GitLabConfiguration
        {
            Url = new Uri(url.GetLeftPart(UriPartial.Path).TrimEnd('/') + '/'),
            Token = new Secret(settings.GetRequiredString("token")),
            AllProjects = all,
            Projects = all ? [] : projects,

            // A group's projects hold those of its subgroups.
            Groups = [.. groups.Where(path => !groups.Any(other => path.StartsWith($"{other}/", StringComparison.OrdinalIgnoreCase)))],
            HasGroups = settings.GetBoolean("include_groups"),
            HasWikis = settings.GetBoolean("include_wikis"),
            HasSnippets = settings.GetBoolean("include_snippets"),
            HasAllFiles = settings.GetBoolean("include_all_files"),
            Retries = RestFields.Number(settings, "retry_count", 3, 0, 10),
            PrivateHosts = settings.GetList("allowed_hosts"),
            Authority = settings.GetString(CertificateAuthorities.SslCa) is { Length: > 0 } pem ? pem : null,
        };
    }

    private static List<string> Paths(SourceSettings settings, string name) =>
        [
            .. settings
                .GetList(name)
                .Select(path => path.Trim().Trim('/'))
                .Where(path => path.Length > 0)
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];
}
