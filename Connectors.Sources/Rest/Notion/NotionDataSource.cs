using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;
using Microsoft.Extensions.Logging;

namespace Connectors.Sources.Rest.Notion;

/// <summary>
/// Pages and databases of Notion with their blocks, rows, files and comments, and users. Ids and field names are the Python service's. See
/// docs/sources/notion.md.
/// </summary>
public sealed class NotionDataSource : RestDataSource
{
    private const string Users = "users";
    private const string Content = "pages and databases";
    private readonly Lazy<NotionConfiguration> _configuration;
    private readonly Lazy<NotionDocuments> _documents;
    private readonly Lazy<NotionDatabases> _databases;
    private readonly ILogger _logger;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public NotionDataSource(SourceContext context)
        : base(context)
    {
        _configuration = FromSettings(NotionConfiguration.From);
        _documents = new(() => new NotionDocuments(Client, _configuration.Value.HasComments, Context.TimeProvider));
        _databases = Owned(() => new NotionDatabases(Client, _configuration.Value, Context.AdvancedRules));
        _logger = context.LoggerFactory.CreateLogger<NotionDataSource>();
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Notion",
            ServiceType = "notion",
            NameFields = ["name", "url", "type"],
            Fields = NotionConfiguration.Fields,
            CheckAdvancedRules = NotionRules.Check,
        };

    private IReadOnlyList<NotionSearch> Searches =>
        Context.AdvancedRules is { } rules ? NotionRules.SearchesOf(rules) : NotionSearch.Of(_configuration.Value);

    /// <inheritdoc/>
    /// <remarks>Asks who the integration is, for its users, and for all that is named.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        (await Client.GetAsync("/v1/users/me", cancellationToken)).Dispose();
        (await Client.SendAsync(NotionApi.Users, cancellationToken)).Dispose();
        foreach (var (database, _) in NotionRules.QueriesOf(Context.AdvancedRules))
        {
            using var answer = await Client.SendAsync(
                RestRequest.Get($"/v1/databases/{Uri.EscapeDataString(database)}") with
                {
                    Accepted = [404],
                },
                cancellationToken
            );
            if (!answer.IsSuccess)
            {
                throw new ConnectorException($"rules: there is no database {database} that is shared with the integration.");
            }
        }

        await CheckTitlesAsync(cancellationToken);
    }

    private protected override RestClient CreateClient() => NotionApi.CreateClient(_configuration.Value, Context);

    /// <remarks>Three requests a second are soon used up, so that reading side by side would gain nothing.</remarks>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        await CheckTitlesAsync(cancellationToken);
        var content = new RestPlace(Content, Content);
        return Context.AdvancedRules is null ? [new RestPlace(Users, Users), content] : [content];
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) =>
        place.Key == Users
            ? [new PagedStream(Users, Client, NotionApi.Users, NotionApi.List, AddUser)]
            :
            [
                .. Searches.Select(search => new EachStream(
                    search.Query ?? Content,
                    Client,
                    search.Request(),
                    NotionApi.Query,
                    item => search.Means(item) ? PlaceOf(item) : null,
                    found => StreamsOf(found, Context.AdvancedRules is null || search.Kind == NotionSearch.Database)
                )),
                .. NotionRules
                    .QueriesOf(Context.AdvancedRules)
                    .Select(query => new EachStream(
                        $"rows of {query.Database}",
                        Client,
                        NotionApi.Rows(query.Database, query.Filter),
                        NotionApi.Query,
                        PlaceOf,
                        PageStreams
                    )),
            ];

    private static bool IsDatabase(RestPlace found)
    {
        using var document = JsonDocument.Parse(found.Detail);
        return document.RootElement.Text("object") == NotionSearch.Database;
    }

    private static RestPlace PlaceOf(JsonElement item)
    {
        var id = item.RequiredText("An object of Notion", "id");
        return new RestPlace(id, NotionSearch.TitleOf(item) is { Length: > 0 } title ? title : id, item.GetRawText());
    }

    /// <summary>A page with its blocks, or a database with its rows and theirs.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="hasRows">Whether a database is read with its rows.</param>
    private RestStream[] StreamsOf(RestPlace found, bool hasRows)
    {
        if (!IsDatabase(found))
        {
            return PageStreams(found, cancellationToken => _databases.Value.HasRowAsync(found, cancellationToken));
        }

        var itself = new ListedItem("document", found.Detail, _documents.Value.Add);
        return hasRows
            ? [itself, new EachStream("rows", Client, NotionApi.Rows(found.Key), NotionApi.Query, PlaceOf, PageStreams)]
            : [itself];
    }

    private static Task<bool> Here(CancellationToken cancellationToken) => Task.FromResult(false);

    private RestStream[] PageStreams(RestPlace row) => PageStreams(row, Here);

    private RestStream[] PageStreams(RestPlace page, Func<CancellationToken, Task<bool>> isElsewhere) =>
        [
            new ListedItem("document", page.Detail, async (item, to, cancellationToken) =>
            {
                if (!await isElsewhere(cancellationToken))
                {
                    await _documents.Value.AddWithCommentsAsync(item, to, cancellationToken);
                }
            }),
            new BlockStream(Client, _documents.Value, page, isElsewhere, _databases.Value, _logger),
        ];

    private void AddUser(JsonElement user, StreamPage page)
    {
        if (user.Text("type") != "bot")
        {
            _documents.Value.Add(user, page);
        }
    }

    /// <exception cref="ConnectorException">A title that was named is not there, so nothing of it may be deleted either.</exception>
    private async Task CheckTitlesAsync(CancellationToken cancellationToken)
    {
        foreach (var search in Searches.Where(search => search.IsTitle))
        {
            var found = Client.ListAsync(search.Request(), NotionApi.Query, cancellationToken);
            if (!await found.AnyAsync(search.Means, cancellationToken))
            {
                throw new ConnectorException(
                    $"{search.Kind}s: there is no {search.Kind} '{search.Query}' that is shared with the integration. Share it, or "
                        + "correct the title."
                );
            }
        }
    }
}
