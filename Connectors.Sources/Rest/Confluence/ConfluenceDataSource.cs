using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Atlassian;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Confluence;

/// <summary>
/// Spaces of Confluence with their pages, blog posts, comments and attachments. Ids and field names are the Python service's. See
/// docs/sources/confluence.md.
/// </summary>
public sealed class ConfluenceDataSource : RestDataSource, IAccessControlSource, IChangeFeed
{
    /// <summary>Confluence reads times in the account's zone, which nobody knows here: a day more covers all of them.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromDays(1);

    /// <summary>The list of the spaces themselves. A key of a space has no brackets.</summary>
    private static readonly RestPlace Spaces = new("(spaces)", "spaces");

    private readonly Lazy<ConfluenceConfiguration> _configuration;
    private readonly Lazy<IReadOnlyList<string>> _rules;
    private readonly Lazy<ConfluenceApi> _api;
    private readonly Lazy<ConfluenceAccess> _access;
    private readonly TimeChanges _changes;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public ConfluenceDataSource(SourceContext context)
        : base(context)
    {
        _configuration = new(() => ConfluenceConfiguration.From(Context.Settings), LazyThreadSafetyMode.PublicationOnly);
        _rules = new(() => AtlassianRules.From(Context.AdvancedRules));
        _api = new(() => new ConfluenceApi(Client, _configuration.Value));
        _access = new(() => new ConfluenceAccess(_api.Value));
        _changes = new(FindPlacesAsync, since => Walk(place => StreamsSince(place, since)), Context.TimeProvider, Overlap);
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

    /// <inheritdoc/>
    /// <remarks>Asks for one space, and finds the spaces that are named.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        using (await Client.SendAsync(_api.Value.Get("/rest/api/space?limit=1"), cancellationToken)) { }

        if (!_configuration.Value.AllSpaces)
        {
            await FindPlacesAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync(CancellationToken cancellationToken)
    {
        var atlassian = _configuration.Value.Atlassian;
        return atlassian.IsCloud
            ? AtlassianUsers.ReadAsync(Client, cancellationToken)
            : new ConfluenceUsers(_api.Value, atlassian.Edition).ReadAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken) => Task.FromResult(_changes.Start());

    /// <inheritdoc/>
    /// <remarks>What changed. What is gone is left to the next full sync.</remarks>
    public Task<ChangePage> ReadChangesAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken) =>
        _changes.ReadAsync(cursor, after, limits, cancellationToken);

    private protected override RestClient CreateClient() => _configuration.Value.Atlassian.CreateClient(Context);

    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        if (_rules.Value.Count > 0)
        {
            return [RestPlace.Whole];
        }

        var places = new List<RestPlace> { Spaces };
        await foreach (var space in Client.ListAsync(_api.Value.Spaces, _api.Value.Paging, cancellationToken))
        {
            var key = space.RequiredText("A space of Confluence", "key");
            if (IsMeant(key))
            {
                places.Add(new RestPlace(key, space.Text("name") ?? key));
            }
        }

        if (places.Count == 1 && _configuration.Value.AllSpaces)
        {
            // A token that has ended may still be answered, as nobody: that must not empty the index.
            throw new ConnectorException(
                $"spaces: the account sees no space. {_configuration.Value.Atlassian.SignInHint} {ConfluenceConfiguration.PermissionHint}"
            );
        }

        return
            _configuration.Value.AllSpaces
            || _configuration.Value.Spaces.FirstOrDefault(key => !places.Exists(place => Same(place.Key, key))) is not { } missing
            ? places
            : throw new ConnectorException(
                $"spaces: there is no space '{missing}' that this account can see. Give keys of spaces, not names."
            );
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) =>
        place.IsWhole ? [.. _rules.Value.Select(Rule)]
        : place == Spaces ? [SpaceStream()]
        :
        [
            Contents("blog posts", "blogpost", place, string.Empty),
            Contents("pages", "page", place, string.Empty),
            Parts("comments", "comment", place, string.Empty),
        ];

    private protected override ValueTask DisposeAsyncCore()
    {
        _changes.Dispose();
        return base.DisposeAsyncCore();
    }

    private static bool Same(string item, string other) => string.Equals(item, other, StringComparison.OrdinalIgnoreCase);

    private static string Query(string type, RestPlace space, string condition) =>
        $"space in ('{space.Key.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}') AND "
        + $"type={type}{condition}";

    private bool IsMeant(string key) => _configuration.Value.AllSpaces || _configuration.Value.Spaces.Any(wanted => Same(wanted, key));

    /// <summary>Attachments come by themselves here: a new one leaves the time of its page as it is.</summary>
    private RestStream[] StreamsSince(RestPlace place, DateTimeOffset since)
    {
        var changed = $"lastmodified >= \"{since.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}\"";
        return place.IsWhole ? [.. _rules.Value.Select(query => Rule(AtlassianRules.Restrict(query, changed)))]
            : place == Spaces ? [SpaceStream()]
            :
            [
                Contents("blog posts", "blogpost", place, $" AND {changed}"),
                Contents("pages", "page", place, $" AND {changed}"),
                Parts("comments", "comment", place, $" AND {changed}"),
                Parts("attachments", "attachment", place, $" AND {changed}"),
            ];
    }

    private PagedStream SpaceStream() =>
        new("spaces", Client, _api.Value.Spaces, _api.Value.Paging, (items, page, cancellationToken) =>
            Documents()
                .WriteSpacesAsync(items, page, space => IsMeant(space.RequiredText("A space of Confluence", "key")), cancellationToken)
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
