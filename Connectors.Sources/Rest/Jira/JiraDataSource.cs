using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Atlassian;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Jira;

/// <summary>Projects of Jira with their issues and attachments. Ids and field names are the Python service's. See
/// docs/sources/jira.md.</summary>
public sealed class JiraDataSource : AtlassianDataSource
{
    private readonly Lazy<JiraConfiguration> _configuration;
    private readonly Lazy<JiraApi> _api;
    private readonly Lazy<JiraAccess> _access;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public JiraDataSource(SourceContext context)
        : base(context, "project")
    {
        _configuration = FromSettings(JiraConfiguration.From);
        _api = Owned(() => new JiraApi(Client, _configuration.Value));
        _access = Owned(() => new JiraAccess(_api.Value));
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Jira",
            ServiceType = "jira",
            NameFields = ["Key", "title", "filename"],
            Fields = JiraConfiguration.Fields,
            HasAccessControl = true,
            HasChangeFeed = true,
            CheckAdvancedRules = rules => AtlassianRules.Check(rules, "type = Task"),
        };

    private protected override AtlassianConfiguration Atlassian => _configuration.Value.Atlassian;

    private protected override IReadOnlyList<string> Keys => _configuration.Value.Projects;

    private protected override (RestRequest First, RestPaging Paging) Containers => (_api.Value.Projects, RestPaging.None(string.Empty));

    private protected override RestRequest Probe => _api.Value.Get("/rest/api/2/myself");

    private protected override ConnectorException NoneSeen() =>
        new($"projects: the account sees no project. {Atlassian.SignInHint} {Atlassian.Product.PermissionHint}");

    private protected override ConnectorException Missing(string key) =>
        new($"projects: there is no project '{key}' that this account can browse. Give keys of projects, not names.");

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) => Streams(place, query => query);

    private protected override IReadOnlyList<RestStream> StreamsSince(RestPlace place, DateTimeOffset since)
    {
        var changed = $"updated >= \"{since.UtcDateTime.ToString("yyyy/MM/dd HH:mm", CultureInfo.InvariantCulture)}\"";
        return Streams(place, query => AtlassianRules.Restrict(query, changed));
    }

    private IReadOnlyList<RestStream> Streams(RestPlace place, Func<string, string> restrict)
    {
        var documents = new JiraDocuments(_api.Value, _configuration.Value.Atlassian.HasAccessControl ? _access.Value : null);
        return place.IsWhole ? [.. Rules.Select(query => Issues($"rule {query}", query))]
            : place != ContainerList ? [Issues("issues", $"project in (\"{place.Key.Replace("\"", "\\\"", StringComparison.Ordinal)}\")")]
            :
            [
                new PagedStream("projects", Client, _api.Value.Projects, RestPaging.None(string.Empty), (items, page, cancellationToken) =>
                    documents.WriteProjectsAsync(items, page, IsMeant, cancellationToken)
                ),
            ];

        // Pages by number need an order that holds while they are read.
        IssueStream Issues(string name, string query) =>
            new(name, _api.Value, documents, AtlassianRules.InOrder(restrict(query), "key ASC"));
    }

    /// <summary>Outside Cloud documents list people alone, each by its name, so groups are not asked for.</summary>
    private protected override async IAsyncEnumerable<AccessIdentity> ReadServerUsersAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var user in _api.Value.UsersAsync(cancellationToken))
        {
            if (user.Find("active") is { ValueKind: JsonValueKind.False })
            {
                continue;
            }

            var name = user.RequiredText("A user of Jira", "name");
            yield return new AccessIdentity(name, [AtlassianValues.Account(name)])
            {
                Identity = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["account_id"] = AtlassianValues.Account(name),
                    ["display_name"] = user.Text("displayName") is { } display ? AtlassianValues.Name(display) : null,
                    ["email_address"] = user.Text("emailAddress") is { } email ? AccessControl.Value("email_address", email) : null,
                    ["locale"] = user.Text("locale") is { } locale ? AccessControl.Value("locale", locale) : null,
                },
            };
        }
    }
}
