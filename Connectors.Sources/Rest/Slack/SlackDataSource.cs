using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Limits;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.SignIn;
using Connectors.Sources.Rest.Streams;
using Microsoft.Extensions.Logging;

namespace Connectors.Sources.Rest.Slack;

/// <summary>
/// The public channels of a Slack workspace with their messages and threads, and its users. Ids and field names are the Python service's.
/// See docs/sources/slack.md.
/// </summary>
public sealed class SlackDataSource : RestDataSource
{
    private const string Users = "users";
    private const string Channels = "channels";
    private static readonly Uri Address = new("https://slack.com");
    private static readonly RestRequest ListOfChannels = RestRequest.Get("/api/conversations.list?limit=200");
    private readonly Lazy<SlackConfiguration> _configuration;
    private readonly Lazy<SlackUsers> _users;
    private readonly ILogger _logger;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public SlackDataSource(SourceContext context)
        : base(context)
    {
        _configuration = FromSettings(SlackConfiguration.From);
        _users = Owned(() => new SlackUsers(Client));
        _logger = context.LoggerFactory.CreateLogger<SlackDataSource>();
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Slack",
            ServiceType = "slack",
            NameFields = ["name", "text"],
            Fields = SlackConfiguration.Fields,
        };

    /// <summary>How lists of Slack are paged.</summary>
    internal static RestPaging Paging(string items) =>
        RestPaging.Cursor(items, "/response_metadata/next_cursor", (request, cursor) => request.WithQuery("cursor", cursor));

    /// <inheritdoc/>
    /// <remarks>Asks whose token it is, and compares its scopes, which Slack names with each answer, with those that are needed.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        using var answer = await Client.GetAsync("/api/auth.test", cancellationToken);
        if (answer.Header("x-oauth-scopes") is { Length: > 0 } header)
        {
            SlackScopes.Check(header, _configuration.Value.JoinsChannels);
        }
    }

    private protected override RestClient CreateClient()
    {
        var options = new RestClientOptions
        {
            Name = "Slack",
            Address = Address,
            AddressField = "token",
            HasFixedHost = true,
            Signer = RequestSigner.Bearer(_configuration.Value.Token),
            SignInHint = "Check token.",
            PermissionHint = "Check the scopes of the app, and that the workspace lets it in.",
            ErrorOf = SlackErrors.Of,
            LimitOf = LimitOf,
        };
        return new RestClient(options, Context, RestClient.CreateHttp(Context, "token"));
    }

    /// <summary>A place is a channel whose messages are read; two more list the users and the channels themselves.</summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        var places = new List<RestPlace>();
        if (_configuration.Value.HasUsers)
        {
            places.Add(new RestPlace(Users, Users));
        }

        places.Add(new RestPlace(Channels, Channels));
        await foreach (var channel in Client.ListAsync(ListOfChannels, Paging("/channels"), cancellationToken))
        {
            var isMember = channel.Text("is_member") == "true";
            if (isMember || (_configuration.Value.JoinsChannels && channel.Text("is_archived") != "true"))
            {
                var id = channel.RequiredText("A channel of Slack", "id");
                places.Add(new RestPlace(id, channel.Text("name") ?? id, isMember ? string.Empty : MessageStream.Join));
            }
        }

        return places;
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) =>
        place.Key switch
        {
            Users =>
            [
                new PagedStream(Users, Client, SlackUsers.Request, SlackUsers.Paging, (user, page) =>
                    page.Add(user.RequiredText("A user of Slack", "id"), user, SlackDocuments.User)
                ),
            ],
            Channels => [new PagedStream(Channels, Client, ListOfChannels, Paging("/channels"), AddChannelsAsync)],
            _ => [new MessageStream(Client, _users.Value, place, _configuration.Value.Days, Context.TimeProvider, _logger)],
        };

    /// <summary>Slack counts each method on its own: 20 or 50 calls a minute, and some more at times.</summary>
    private static RequestLimit LimitOf(Uri address)
    {
        var callsAMinute = address.AbsolutePath switch
        {
            "/api/users.list" or "/api/conversations.list" => 20,
            _ => 50,
        };
        return new RequestLimit(address.Authority + address.AbsolutePath, TimeSpan.FromMinutes(1) / callsAMinute);
    }

    private async Task AddChannelsAsync(System.Text.Json.JsonElement channels, StreamPage page, CancellationToken cancellationToken)
    {
        var fields = SlackDocuments.Channel(await _users.Value.NamesAsync(cancellationToken));
        foreach (var channel in channels.EnumerateArray())
        {
            if (_configuration.Value.JoinsChannels || channel.Text("is_member") == "true")
            {
                page.Add(channel.RequiredText("A channel of Slack", "id"), channel, fields);
            }
        }
    }
}
