using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Outlook;

/// <summary>
/// Mails, contacts, tasks and calendars in the mailboxes of Exchange Online. Ids and field names are those that the Python service made
/// by Exchange Web Services. See docs/sources/outlook.md.
/// </summary>
public sealed class OutlookDataSource : GraphDataSource
{
    private const string MailPermission = "Mail.Read";

    private static readonly RestRequest Users = RestRequest.Get(
        "users?$filter=accountEnabled+eq+true&$select=id,mail,displayName,jobTitle,createdDateTime&$top=999"
    );

    /// <summary>Codes of Graph for a user who has no mailbox here.</summary>
    private static readonly string[] NoMailbox =
    [
        "MailboxNotEnabledForRESTAPI",
        "MailboxNotSupportedForRESTAPI",
        "MailboxNotHostedInExchangeOnline",
        "ErrorNonExistentMailbox",
        "ResourceNotFound",
    ];

    private readonly Lazy<OutlookConfiguration> _configuration;
    private readonly Lazy<GraphBatch> _batch;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public OutlookDataSource(SourceContext context)
        : base(context)
    {
        _configuration = FromSettings(OutlookConfiguration.From);
        _batch = new(() => new GraphBatch(Client, MailPermission));
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Outlook",
            ServiceType = "outlook",
            Fields = OutlookConfiguration.Fields,
            HasAccessControl = true,
            HasChangeFeed = true,
        };

    private protected override GraphSignIn SignIn => _configuration.Value.SignIn;

    /// <inheritdoc/>
    /// <remarks>Asks for the first users, and for mails, contacts, tasks and calendars of the first who has a mailbox.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        List<RestPlace> some;
        using (var users = await Client.SendAsync(Users, cancellationToken))
        {
            some = [.. Graph.Paging.Items(users).EnumerateArray().Select(PlaceOf).OfType<RestPlace>().Take(20)];
        }

        if (await WithMailboxAsync(some, cancellationToken) is not [var place, ..])
        {
            return;
        }

        foreach (var path in (string[])["messages", "contacts", "todo/lists", "calendars"])
        {
            using (await Client.GetAsync($"{MailboxOf(place)}/{path}?$select=id&$top=1", cancellationToken)) { }
        }
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var user in GraphUsers.EachAsync(Client, Users, cancellationToken))
        {
            var id = GraphUsers.IdOf(user);
            var name = user.Text("displayName") is { } display ? AccessControl.Value("name", display) : null;
            var mail = user.Text("mail") is { } address ? ValueOf(address) : null;
            yield return new AccessIdentity(id, [.. new[] { mail, name, GraphUsers.ValueOf(id) }.OfType<string>()])
            {
                Identity = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["user_id"] = GraphUsers.ValueOf(id),
                    ["display_name"] = name,
                    ["email"] = mail,
                    ["job_title"] = user.Text("jobTitle") is { } title ? AccessControl.Value("job_title", title) : null,
                },
                CreatedAt = RestTime.Of(user.Text("createdDateTime")),
            };
        }
    }

    /// <summary>Exchange takes four requests at a time for a mailbox.</summary>
    private protected override RestClientOptions Adjust(RestClientOptions options) => options with { RequestsAtATime = 4 };

    private protected override string PermissionOf(Uri address) =>
        address.AbsolutePath.Contains("/contact", StringComparison.Ordinal) ? "Contacts.Read"
        : address.AbsolutePath.Contains("/todo/", StringComparison.Ordinal) ? "Tasks.Read.All"
        : address.AbsolutePath.Contains("/calendars", StringComparison.Ordinal)
        || address.AbsolutePath.Contains("/events", StringComparison.Ordinal)
            ? "Calendars.Read"
        : address.AbsolutePath.Contains("/m", StringComparison.Ordinal) ? MailPermission
        : GraphUsers.Permission;

    /// <summary>A place is a mailbox: its key is the user's id, its name the mail address, its detail the user's name.</summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        var users = new List<RestPlace>();
        await foreach (var user in GraphUsers.EachAsync(Client, Users, cancellationToken))
        {
            if (PlaceOf(user) is { } place)
            {
                users.Add(place);
            }
        }

        return await WithMailboxAsync(users, cancellationToken);
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) => StreamsOf(place, since: null);

    /// <summary>What was deleted or moved is left to the next full sync.</summary>
    private protected override IReadOnlyList<RestStream> StreamsSince(RestPlace place, DateTimeOffset since) => StreamsOf(place, since);

    private static RestPlace? PlaceOf(JsonElement user) =>
        user.Text("mail") is { } mail ? new RestPlace(GraphUsers.IdOf(user), mail, user.Text("displayName") ?? mail) : null;

    private static string MailboxOf(RestPlace place) => $"users/{Uri.EscapeDataString(place.Key)}";

    private static string ValueOf(string mail) => AccessControl.Value("email", mail.ToLowerInvariant());

    /// <summary>
    /// The users who have a mailbox in Exchange Online that the application may open. A policy of the tenant can close mailboxes to it,
    /// which is a choice and no failure.
    /// </summary>
    private async Task<IReadOnlyList<RestPlace>> WithMailboxAsync(IReadOnlyList<RestPlace> users, CancellationToken cancellationToken)
    {
        var answers = await _batch.Value.GetAsync(
            [.. users.Select(user => $"/{MailboxOf(user)}/mailFolders/inbox?$select=id")],
            cancellationToken
        );
        return [.. users.Where((_, index) => !IsClosed(answers[index].Status, answers[index].Body))];
    }

    private static bool IsClosed(HttpStatusCode status, JsonElement? body) =>
        status switch
        {
            HttpStatusCode.NotFound => NoMailbox.Contains(body?.Text("error", "code"), StringComparer.Ordinal),
            HttpStatusCode.Forbidden => body?.Text("error", "message")?.Contains("AccessPolicy", StringComparison.Ordinal) == true,
            _ => false,
        };

    private IReadOnlyList<RestStream> StreamsOf(RestPlace place, DateTimeOffset? since)
    {
        var mailbox = MailboxOf(place);
        var changed = MailStream.Changed(since);
        var documents = new OutlookDocuments(
            Client,
            _batch.Value,
            mailbox,
            place.Detail,
            _configuration.Value.HasAccessControl ? [ValueOf(place.Name)] : null
        );
        return
        [
            new MailStream(Client, new MailFolders(Client, _batch.Value, mailbox), mailbox, since, documents),
            Contacts($"{mailbox}/contacts", changed, documents),
            new EachStream("contact folders", Client, RestRequest.Get($"{mailbox}/contactFolders?$top=100"), Graph.Paging, Part, folder =>
                [Contacts($"{mailbox}/contactFolders/{folder.Key}/contacts", changed, documents)]
            ),
            new EachStream("task lists", Client, RestRequest.Get($"{mailbox}/todo/lists?$top=100"), Graph.Paging, Part, list =>
                [
                    new PagedStream(
                        "tasks",
                        Client,
                        RestRequest.Get($"{mailbox}/todo/lists/{list.Key}/tasks?$top=100{changed}"),
                        Graph.Paging,
                        (items, page, token) => documents.WriteTasksAsync(list.Key, items, page, token)
                    ),
                ]
            ),
            new EachStream(
                "calendars",
                Client,
                RestRequest.Get($"{mailbox}/calendars?$top=100"),
                Graph.Paging,
                calendar => IsOwn(calendar, place.Name) ? Part(calendar) : null,
                calendar =>
                    [
                        new PagedStream(
                            "events",
                            Client,
                            RestRequest.Get($"{mailbox}/calendars/{calendar.Key}/events?$top=100{changed}") with
                            {
                                Headers = [new("Prefer", "outlook.body-content-type=\"text\"")],
                            },
                            Graph.Paging,
                            (items, page, token) => documents.WriteEventsAsync(calendar.Name == "Birthdays", items, page, token)
                        ),
                    ]
            ),
        ];
    }

    private static RestPlace Part(JsonElement item) =>
        new(item.RequiredText("A folder of a mailbox of Outlook", "id"), item.Text("name") ?? item.Text("displayName") ?? "no name");

    /// <summary>Calendars that others share are read where they are at home.</summary>
    private static bool IsOwn(JsonElement calendar, string mail) =>
        calendar.Text("owner", "address") is not { } owner || owner.Equals(mail, StringComparison.OrdinalIgnoreCase);

    private PagedStream Contacts(string path, string changed, OutlookDocuments documents) =>
        new("contacts", Client, RestRequest.Get($"{path}?$top=100{changed}"), Graph.Paging, documents.WriteContact);
}
