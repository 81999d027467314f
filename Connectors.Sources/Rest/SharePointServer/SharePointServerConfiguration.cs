using System.Buffers;
using System.Net;
using Connectors.Abstractions;
using Connectors.Sources.Rest.SignIn;

namespace Connectors.Sources.Rest.SharePointServer;

/// <summary>The fields of a <c>sharepoint_server</c> connector, under the Python service's names.</summary>
/// <param name="Host">Scheme, host and port, with a slash at the end.</param>
/// <param name="User">A name, or <c>DOMAIN\name</c>.</param>
/// <param name="Collections">Paths of the site collections on the host: <c>/sites/eng</c>.</param>
internal sealed record SharePointServerConfiguration(Uri Host, string User, Secret Password, IReadOnlyList<string> Collections)
{
    private const string Basic = "Basic";
    private const string Ntlm = "NTLM";

    /// <summary>What SharePoint allows in no address of a site. Paths are in messages, and whole addresses may hold passwords.</summary>
    private static readonly SearchValues<char> NeverInPaths = SearchValues.Create("~\"#%&*:;=@<>?{}|\\+");

    private static readonly ConfigDependency WithAccessControl = new(AccessControl.Switch.Name, true);

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("authentication", "Sign in by")
        {
            Display = ConfigDisplay.DropDown,
            InitialValue = Basic,
            DefaultValue = Basic,
            Options = [new(Basic, Basic), new(Ntlm, Ntlm)],
            Tooltip = "As the web application has it. Basic sends the password as it is: use it with https only.",
            ShapesDocuments = false,
        },
        new("username", "Username") { Tooltip = @"A user who may read the site collections: CORP\mirror." },
        new("password", "Password") { Sensitive = true },
        new("host_url", "Host") { Tooltip = "Address of the web application, without sites: https://sharepoint.example.org." },
        new("site_collections", "Comma-separated list of site collections")
        {
            Type = ConfigFieldType.List,
            Display = ConfigDisplay.TextArea,
            Tooltip = "Names behind /sites/: eng,hr. Others by their path: /teams/ops, or / for the one at the top.",
        },
        RestFields.OnlyAuthority,
        RestFields.Authority,
        RestFields.Retries,
        RestFields.AllowedHosts,
        CommonFields.TextExtraction,
        AccessControl.Switch,
        CommonFields.Toggle(
            "fetch_unique_list_permissions",
            "Permissions of lists",
            "Ask whether a list has permissions of its own.",
            isOn: true
        ) with
        {
            DependsOn = [WithAccessControl],
        },
        CommonFields.Toggle(
            "fetch_unique_list_item_permissions",
            "Permissions of list items",
            "Ask whether a file, folder or item has permissions of its own.",
            isOn: true
        ) with
        {
            DependsOn = [WithAccessControl],
        },
    ];

    /// <summary>Whether the connection signs in by NTLM. Otherwise each request does, by name and password.</summary>
    public bool UsesNtlm { get; init; }

    public string? Authority { get; init; }

    public int Retries { get; init; }

    public IReadOnlyList<string> PrivateHosts { get; init; } = [];

    public bool HasAccessControl { get; init; }

    public bool AsksForLists { get; init; }

    public bool AsksForItems { get; init; }

    /// <summary>The credentials of a connection to the host, and to no other; <see langword="null"/> without NTLM.</summary>
    public ICredentials? Credentials =>
        UsesNtlm
            ? new CredentialCache
            {
                {
                    Host,
                    Ntlm,
                    User.Split('\\', 2) is [var domain, var name]
                        ? new NetworkCredential(name, Password.Reveal(), domain)
                        : new NetworkCredential(User, Password.Reveal())
                },
            }
            : null;

    /// <summary>Signs requests in; not needed where the connection is.</summary>
    public RequestSigner Signer => UsesNtlm ? RequestSigner.None : RequestSigner.Basic(User, Password);

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static SharePointServerConfiguration From(SourceSettings settings) =>
        new(
            HostFrom(settings),
            settings.GetRequiredString("username"),
            new Secret(settings.GetRequiredString("password")),
            CollectionsFrom(settings)
        )
        {
            UsesNtlm = settings.GetChoice("authentication", Basic, Ntlm) == Ntlm,
            Authority = RestFields.AuthorityFrom(settings),
            Retries = RestFields.Number(settings, "retry_count", 3, 0, 10),
            PrivateHosts = settings.GetList("allowed_hosts"),
            HasAccessControl = AccessControl.IsOn(settings),
            AsksForLists = settings.GetBoolean("fetch_unique_list_permissions", fallback: true),
            AsksForItems = settings.GetBoolean("fetch_unique_list_item_permissions", fallback: true),
        };

    private static Uri HostFrom(SourceSettings settings)
    {
        var address = RestFields.Address(settings, "host_url");
        return address.PathAndQuery == "/"
            ? address
            : throw new ConnectorException("host_url: only the address of the host. Sites are named in site_collections.");
    }

    private static string[] CollectionsFrom(SourceSettings settings)
    {
        string[] paths = [.. settings.GetList("site_collections").Select(PathOf).Distinct(StringComparer.OrdinalIgnoreCase)];
        return paths.Length > 0 ? paths : throw new ConnectorException("site_collections: required. Name at least one site collection.");
    }

    private static string PathOf(string name)
    {
        var path = Uri.UnescapeDataString(name).TrimEnd('/');
        return path.AsSpan().ContainsAny(NeverInPaths)
                ? throw new ConnectorException(
                    "site_collections: a name has a letter that no site has. Give names behind /sites/, or whole paths: eng, /teams/ops."
                )
            : path.StartsWith('/') ? path
            : path.Length == 0 ? "/"
            : $"/sites/{path}";
    }
}
