using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.MicrosoftTeams;

/// <summary>
/// Chats, meetings, teams and channels of Microsoft Teams with their messages, tabs and files. Ids and field names are the Python
/// service's. See docs/sources/microsoft_teams.md.
/// </summary>
public sealed class MicrosoftTeamsDataSource : RestDataSource
{
    private static readonly RestRequest Users = RestRequest.Get("users?$top=999");
    private static readonly RestRequest Teams = RestRequest.Get("teams?$top=999");

    /// <summary>The list of the teams, and the chats of the account. Ids have no brackets.</summary>
    private static readonly RestPlace AllTeams = new("(teams)", "teams");
    private static readonly RestPlace OwnChats = new("(chats)", "chats");

    private readonly Lazy<TeamsConfiguration> _configuration;
    private readonly Lazy<RestClient> _application;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public MicrosoftTeamsDataSource(SourceContext context)
        : base(context)
    {
        _configuration = FromSettings(TeamsConfiguration.From);
        _application = Owned(CreateApplication);
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Microsoft Teams",
            ServiceType = "microsoft_teams",
            Fields = TeamsConfiguration.Fields,
        };

    /// <summary>Asks as the application. The account asks by the other one, where there is an account.</summary>
    private RestClient Application => _configuration.Value.User is null ? Client : _application.Value;

    /// <inheritdoc/>
    /// <remarks>Asks for the first users and teams, and for the account's first chats.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        foreach (var request in (RestRequest[])(_configuration.Value.User is null ? [Users, Teams] : [Users, Teams, ChatsOf(user: null)]))
        {
            using (await Client.SendAsync(request, cancellationToken)) { }
        }
    }

    private protected override RestClient CreateClient() =>
        _configuration.Value is { User: not null } configuration
            ? Graph.Create(
                Context,
                http => configuration.UserSigner(http, Context.TimeProvider),
                configuration.SignIn.App,
                address => PermissionOf(address, isDelegated: true),
                options => options with { SignInHint = "Check username and password." },
                "delegated"
            )
            : CreateApplication();

    /// <summary>
    /// A place is a user or a team; the list of the teams is one too, and the chats of the account. The detail of a user is the mail
    /// address, that of a team its name.
    /// </summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        var places = new Dictionary<string, RestPlace>(StringComparer.Ordinal) { [AllTeams.Key] = AllTeams };
        if (_configuration.Value.User is not null)
        {
            places[OwnChats.Key] = OwnChats;
        }

        await foreach (var user in Client.ListAsync(Users, Graph.Paging, cancellationToken))
        {
            var key = $"user {GraphUsers.IdOf(user)}";
            places[key] = new RestPlace(key, user.Text("displayName") ?? key, user.Text("mail") ?? string.Empty);
        }

        await foreach (var team in Client.ListAsync(Teams, Graph.Paging, cancellationToken))
        {
            var key = $"team {team.RequiredText("A team of Microsoft Teams", "id")}";
            places[key] = new RestPlace(key, team.Text("displayName") ?? key, team.Text("displayName") ?? string.Empty);
        }

        return [.. places.Values];
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place)
    {
        if (place == AllTeams)
        {
            return [new PagedStream("teams", Client, Teams, Graph.Paging, WriteTeam)];
        }

        if (place == OwnChats)
        {
            return [Chats(user: null)];
        }

        var id = place.Key[(place.Key.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        if (place.Key.StartsWith("team ", StringComparison.Ordinal))
        {
            return [Channels(id, place.Detail)];
        }

        var streams = new List<RestStream>();
        if (_configuration.Value.User is null)
        {
            streams.Add(Chats(id));
        }

        if (place.Detail.Length > 0)
        {
            var events = RestRequest.Get($"users/{id}/events?$top=50");
            streams.Add(new PagedStream("meetings", Application, events, Graph.Paging, MeetingDocuments.Write));
        }

        return streams;
    }

    private static string PermissionOf(Uri address, bool isDelegated)
    {
        var path = address.AbsolutePath;
        return path.EndsWith("/tabs", StringComparison.Ordinal) ? "TeamsTab.Read.All"
            : path.Contains("/chats", StringComparison.Ordinal)
                ? isDelegated ? "Chat.Read"
                    : "Chat.Read.All"
            : path.Contains("/messages", StringComparison.Ordinal) ? "ChannelMessage.Read.All"
            : path.Contains("/drives/", StringComparison.Ordinal)
            || path.Contains("/shares/", StringComparison.Ordinal)
            || path.EndsWith("/filesFolder", StringComparison.Ordinal)
                ? "Files.Read.All"
            : path.EndsWith("/events", StringComparison.Ordinal) ? "Calendars.Read"
            : path.EndsWith("/channels", StringComparison.Ordinal) ? "Channel.ReadBasic.All"
            : path.EndsWith("/teams", StringComparison.Ordinal) ? "Team.ReadBasic.All"
            : GraphUsers.Permission;
    }

    private static void WriteTeam(JsonElement team, StreamPage page) =>
        page.Add(
            team.RequiredText("A team of Microsoft Teams", "id"),
            team,
            DocumentFields.Of(
                DocumentField.Constant("type", "Teams"),
                DocumentField.Value("title", "displayName"),
                DocumentField.Value("description")
            )
        );

    private static RestRequest ChatsOf(string? user) =>
        RestRequest.Get($"{(user is null ? string.Empty : $"users/{user}/")}chats?$expand=members&$top=50");

    private RestClient CreateApplication() =>
        Graph.Create(Context, _configuration.Value.SignIn, address => PermissionOf(address, isDelegated: false), options => options);

    private EachStream Chats(string? user) =>
        new(
            "chats",
            Client,
            ChatsOf(user),
            Graph.Paging,
            chat =>
                user is null || IsFirst(chat, user)
                    ? new RestPlace(chat.RequiredText("A chat of Microsoft Teams", "id"), chat.Text("topic") ?? "a chat", chat.GetRawText())
                    : null,
            chat =>
            {
                using var json = JsonDocument.Parse(chat.Detail);
                var documents = new ChatDocuments(json.RootElement.Clone(), new TeamsFiles(Application));
                return
                [
                    new PagedStream(
                        "messages",
                        Client,
                        RestRequest.Get($"chats/{chat.Key}/messages?$top=50"),
                        Graph.Paging,
                        documents.WriteMessagesAsync
                    ),
                    new PagedStream("tabs", Client, RestRequest.Get($"chats/{chat.Key}/tabs"), Graph.Paging, documents.WriteTab),
                ];
            }
        );

    /// <summary>A chat is in the list of each of its members; it is read in that of the first one of the user's own tenant.</summary>
    private static bool IsFirst(JsonElement chat, string user)
    {
        var tenant = chat.Items("members").FirstOrDefault(member => member.Text("userId") == user)
            is { ValueKind: JsonValueKind.Object } own
            ? own.Text("tenantId")
            : null;
        var first = chat.Items("members")
            .Where(member => member.Text("tenantId") == tenant)
            .Select(member => member.Text("userId"))
            .OfType<string>()
            .Min(StringComparer.Ordinal);
        return first is null || first == user;
    }

    private EachStream Channels(string team, string name) =>
        new(
            "channels",
            Client,
            RestRequest.Get($"teams/{team}/channels"),
            Graph.Paging,
            channel => new RestPlace(
                channel.RequiredText("A channel of Microsoft Teams", "id"),
                channel.Text("displayName") ?? "no name",
                channel.GetRawText()
            ),
            channel =>
            {
                var documents = new ChannelDocuments(Client, name, channel.Name);
                var address = $"teams/{team}/channels/{channel.Key}";
                return
                [
                    new ListedItem("channel", channel.Detail, documents.WriteChannel),
                    new PagedStream("tabs", Client, RestRequest.Get($"{address}/tabs"), Graph.Paging, documents.WriteTab),
                    new PagedStream(
                        "messages",
                        Client,
                        RestRequest.Get($"{address}/messages?$expand=replies"),
                        Graph.Paging,
                        documents.WriteMessagesAsync
                    ),
                    new DeferredStream("files", token => FilesAsync(address, channel.Name, documents, token)),
                ];
            }
        );

    /// <summary>The files of a channel: those below its folder, which is asked for first.</summary>
    private async Task<RestStream> FilesAsync(string channel, string name, ChannelDocuments documents, CancellationToken cancellationToken)
    {
        using var folder = await Client.GetAsync($"{channel}/filesFolder", cancellationToken);
        var drive = folder.Json.RequiredText("The folder of a channel of Microsoft Teams", "parentReference", "driveId");
        var (root, files) = (folder.Json.RequiredText("The folder of a channel of Microsoft Teams", "id"), new TeamsFiles(Application));
        return new FolderStream("files", Application, root, id => TeamsFiles.In(drive, id), Graph.Paging)
        {
            IsFolder = item => item.Find("folder") is not null,
            Write = (item, page) =>
            {
                if (item.Find("file") is not null)
                {
                    documents.WriteFile(item, drive, files, page);
                }
            },
            NameOf = id => $"{name}, files in the folder {id}",
        };
    }
}
