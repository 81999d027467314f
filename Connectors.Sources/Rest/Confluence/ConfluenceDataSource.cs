using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Atlassian;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Confluence;

/// <summary>
/// Spaces of Confluence with their pages, blog posts, comments and attachments. Ids and field names are the Python service's. See
/// docs/sources/confluence.md.
/// </summary>
public sealed class ConfluenceDataSource : AtlassianDataSource
{
    private readonly Lazy<ConfluenceConfiguration> _configuration;
    private readonly Lazy<ConfluenceApi> _api;
    private readonly Lazy<ConfluenceAccess> _access;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public ConfluenceDataSource(SourceContext context)
        : base(context, "space")
    {
        _configuration = FromSettings(ConfluenceConfiguration.From);
        _api = new(() => new ConfluenceApi(Client, _configuration.Value));
        _access = Owned(() => new ConfluenceAccess(_api.Value));
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Confluence",
            ServiceType = "confluence",
            Fields = ConfluenceConfiguration.Fields,
            HasAccessControl = true,
            HasChangeFeed = true,
            CheckAdvancedRules = rules => AtlassianRules.Check(rules, "type = page AND space = 'ENG'"),
        };

    private protected override AtlassianConfiguration Atlassian => _configuration.Value.Atlassian;

    private protected override IReadOnlyList<string> Keys => _configuration.Value.Spaces;

    private protected override (RestRequest First, RestPaging Paging) Containers => (_api.Value.Spaces, _api.Value.Paging);

    private protected override RestRequest Probe => _api.Value.Get("/rest/api/space?limit=1");

    private protected override IAsyncEnumerable<AccessIdentity> ReadServerUsersAsync(CancellationToken cancellationToken) =>
        new ConfluenceUsers(_api.Value, Atlassian.Edition).ReadAsync(cancellationToken);

    private protected override ConnectorException NoneSeen() =>
        new($"spaces: the account sees no space. {Atlassian.SignInHint} {Atlassian.Product.PermissionHint}");

    private protected override ConnectorException Missing(string key) =>
        new($"spaces: there is no space '{key}' that this account can see. Give keys of spaces, not names.");

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) =>
        place.IsWhole ? [.. Rules.Select(Rule)]
        : place == ContainerList ? [SpaceStream()]
        :
        [
            Contents("blog posts", "blogpost", place, string.Empty),
            Contents("pages", "page", place, string.Empty),
            Parts("comments", "comment", place, string.Empty),
        ];

    /// <summary>Attachments are asked for by themselves here, because a new one does not change the time of its page.</summary>
    private protected override IReadOnlyList<RestStream> StreamsSince(RestPlace place, DateTimeOffset since)
    {
        var changed = $"lastmodified >= \"{since.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}\"";
        return place.IsWhole ? [.. Rules.Select(query => Rule(AtlassianRules.Restrict(query, changed)))]
            : place == ContainerList ? [SpaceStream()]
            :
            [
                Contents("blog posts", "blogpost", place, $" AND {changed}"),
                Contents("pages", "page", place, $" AND {changed}"),
                Parts("comments", "comment", place, $" AND {changed}"),
                Parts("attachments", "attachment", place, $" AND {changed}"),
            ];
    }

    private static string Query(string type, RestPlace space, string condition) =>
        $"space in ('{space.Key.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}') AND "
        + $"type={type}{condition}";

    private PagedStream SpaceStream() =>
        new("spaces", Client, _api.Value.Spaces, _api.Value.Paging, (items, page, cancellationToken) =>
            Documents().WriteSpacesAsync(items, page, IsMeant, cancellationToken)
        );

    private PagedStream Contents(string name, string type, RestPlace space, string condition) =>
        new(name, Client, _api.Value.Contents(Query(type, space, condition)), _api.Value.Paging, Documents().WriteContentsAsync);

    private PagedStream Parts(string name, string type, RestPlace space, string condition) =>
        new(name, Client, _api.Value.Parts(Query(type, space, condition)), _api.Value.Paging, Documents().WritePartsAsync);

    private PagedStream Rule(string query) =>
        new($"rule {query}", Client, _api.Value.Found(query), _api.Value.Paging, new ConfluenceFindings(_api.Value, Access()).WriteAsync);

    private ConfluenceAccess? Access() => _configuration.Value.Atlassian.HasAccessControl ? _access.Value : null;

    private ConfluenceDocuments Documents() => new(_api.Value, Access(), _configuration.Value.IndexLabels);
}
