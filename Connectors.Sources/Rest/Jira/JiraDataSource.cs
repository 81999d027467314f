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
public sealed class JiraDataSource : RestDataSource, IAccessControlSource, IChangeFeed
{
    /// <summary>Jira reads times in the account's zone, which nobody knows here: a day more covers all of them.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromDays(1);

    /// <summary>The list of the projects themselves. A key of a project has no brackets.</summary>
    private static readonly RestPlace Projects = new("(projects)", "projects");

    private readonly Lazy<JiraConfiguration> _configuration;
    private readonly Lazy<IReadOnlyList<string>> _rules;
    private readonly Lazy<JiraApi> _api;
    private readonly Lazy<JiraAccess> _access;
    private readonly TimeChanges _changes;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public JiraDataSource(SourceContext context)
        : base(context)
    {
        _configuration = new(() => JiraConfiguration.From(Context.Settings), LazyThreadSafetyMode.PublicationOnly);
        _rules = new(() => AtlassianRules.From(Context.AdvancedRules));
        _api = new(() => new JiraApi(Client, _configuration.Value));
        _access = new(() => new JiraAccess(_api.Value));
        _changes = new(FindPlacesAsync, since => Walk(place => StreamsSince(place, since)), Context.TimeProvider, Overlap);
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

    /// <inheritdoc/>
    /// <remarks>Asks who is signed in, and finds the projects that are named.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        using (await Client.SendAsync(_api.Value.Get("/rest/api/2/myself"), cancellationToken)) { }

        if (!_configuration.Value.AllProjects)
        {
            await FindPlacesAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync(CancellationToken cancellationToken) =>
        _configuration.Value.Atlassian.IsCloud ? AtlassianUsers.ReadAsync(Client, cancellationToken) : ReadUsersAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken) => Task.FromResult(_changes.Start());

    /// <inheritdoc/>
    /// <remarks>The issues that changed, with their attachments. What is gone is left to the next full sync.</remarks>
    public Task<ChangePage> ReadChangesAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken) =>
        _changes.ReadAsync(cursor, after, limits, cancellationToken);

    private protected override RestClient CreateClient() => _configuration.Value.Atlassian.CreateClient(Context);

    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        if (_rules.Value.Count > 0)
        {
            return [RestPlace.Whole];
        }

        var places = new List<RestPlace> { Projects };
        await foreach (var project in Client.ListAsync(_api.Value.Projects, RestPaging.None(string.Empty), cancellationToken))
        {
            if (IsMeant(project))
            {
                var key = KeyOf(project);
                places.Add(new RestPlace(key, project.Text("name") ?? key));
            }
        }

        var configuration = _configuration.Value;
        if (places.Count == 1 && configuration.AllProjects)
        {
            // A token that has ended may still be answered, as nobody: that must not empty the index.
            throw new ConnectorException(
                $"projects: the account sees no project. {configuration.Atlassian.SignInHint} {JiraConfiguration.PermissionHint}"
            );
        }

        return
            configuration.AllProjects
            || configuration.Projects.FirstOrDefault(key => !places.Exists(place => Same(place.Key, key))) is not { } missing
            ? places
            : throw new ConnectorException(
                $"projects: there is no project '{missing}' that this account can browse. Give keys of projects, not names."
            );
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) => Streams(place, query => query);

    private protected override ValueTask DisposeAsyncCore()
    {
        _changes.Dispose();
        return base.DisposeAsyncCore();
    }

    private static string KeyOf(JsonElement project) => project.RequiredText("A project of Jira", "key");

    private static bool Same(string item, string other) => string.Equals(item, other, StringComparison.OrdinalIgnoreCase);

    private bool IsMeant(JsonElement project) =>
        _configuration.Value.AllProjects || _configuration.Value.Projects.Any(wanted => Same(wanted, KeyOf(project)));

    private IReadOnlyList<RestStream> StreamsSince(RestPlace place, DateTimeOffset since)
    {
        var changed = $"updated >= \"{since.UtcDateTime.ToString("yyyy/MM/dd HH:mm", CultureInfo.InvariantCulture)}\"";
        return Streams(place, query => AtlassianRules.Restrict(query, changed));
    }

    private IReadOnlyList<RestStream> Streams(RestPlace place, Func<string, string> restrict)
    {
        var documents = new JiraDocuments(_api.Value, _configuration.Value.Atlassian.HasAccessControl ? _access.Value : null);
        return place.IsWhole ? [.. _rules.Value.Select(query => Issues($"rule {query}", query))]
            : place != Projects ? [Issues("issues", $"project in (\"{place.Key.Replace("\"", "\\\"", StringComparison.Ordinal)}\")")]
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
    private async IAsyncEnumerable<AccessIdentity> ReadUsersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
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
