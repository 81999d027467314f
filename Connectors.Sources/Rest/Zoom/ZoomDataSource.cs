using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.SignIn;
using Connectors.Sources.Rest.Streams;
using Duende.IdentityModel.Client;

namespace Connectors.Sources.Rest.Zoom;

/// <summary>
/// Users, meetings, recordings and chats of a Zoom account. Ids and field names are the Python service's. See docs/sources/zoom.md.
/// </summary>
public sealed class ZoomDataSource : RestDataSource
{
    private const string Service = "Zoom";
    private const string SignInHint = "Check account_id, client_id and client_secret, and that the app is activated.";
    private static readonly RestPlace Users = new("users", "users");
    private readonly Lazy<ZoomConfiguration> _configuration;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public ZoomDataSource(SourceContext context)
        : base(context) => _configuration = FromSettings(ZoomConfiguration.From);

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = Service,
            ServiceType = "zoom",
            NameFields = ["topic", "file_name", "name", "email"],
            Fields = ZoomConfiguration.Fields,
        };

    /// <inheritdoc/>
    /// <remarks>Asks for users, and for the upcoming meetings of the first one.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        var paging = ZoomUser.Paging("users");
        using var users = await Client.SendAsync(ZoomUser.All, cancellationToken);
        if (paging.Items(users).EnumerateArray().FirstOrDefault().Text("id") is { } first)
        {
            var user = new ZoomUser(first, Context.TimeProvider.GetUtcNow());
            using (await Client.SendAsync(user.Meetings("upcoming_meetings"), cancellationToken)) { }
        }
    }

    private protected override RestClient CreateClient()
    {
        var configuration = _configuration.Value;
        var http = RestClient.CreateHttp(Context);
        var tokens = OAuthTokens.ClientCredentials(
            http,
            Service,
            SignInHint,
            Context.TimeProvider,
            new Uri("https://zoom.us/oauth/token"),
            configuration.ClientId,
            configuration.ClientSecret,
            new Parameters { { "grant_type", "account_credentials" }, { "account_id", configuration.Account } },
            ClientCredentialStyle.AuthorizationHeader
        );
        var options = new RestClientOptions
        {
            Name = Service,
            Address = new Uri("https://api.zoom.us/"),
            AddressField = "account_id",
            HasFixedHost = true,
            TrustedHosts = [".zoom.us"],
            Signer = RequestSigner.Tokens(tokens, Context.TimeProvider),
            SignInHint = SignInHint,
            PermissionHint = "Add the scopes that docs/sources/zoom.md lists.",
            Explain = ZoomErrors.Of,
            Retries = configuration.Retries,
        };
        return new RestClient(options, Context, http);
    }

    /// <summary>The list of users is a place, whose documents they are; so is each user. The detail is the time of the plan.</summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        var now = Context.TimeProvider.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var places = new List<RestPlace> { Users };
        await foreach (var user in Client.ListAsync(ZoomUser.All, ZoomUser.Paging("users"), cancellationToken))
        {
            var id = user.RequiredText("A user of Zoom", "id");
            places.Add(new RestPlace(id, user.Text("email") ?? id, now));
        }

        return places;
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place)
    {
        if (place == Users)
        {
            return [Listed("users", ZoomUser.All, ZoomDocuments.Write)];
        }

        var now = DateTimeOffset.Parse(place.Detail, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
        var (user, documents, configuration) = (new ZoomUser(place.Key, now), new ZoomDocuments(Client), _configuration.Value);
        var past = user.Meetings("previous_meetings");
        return
        [
            Listed("meetings", user.Meetings("live"), ZoomDocuments.Write),
            Listed("meetings", user.Meetings("upcoming_meetings"), ZoomDocuments.Write),
            configuration.WithDetails
                ? new PagedStream("meetings", Client, past, ZoomUser.Paging("meetings"), documents.WritePastAsync)
                : Listed("meetings", past, ZoomDocuments.Write),
            .. Enumerable
                .Range(0, configuration.RecordingMonths)
                .Select(window => Listed("meetings", user.Recordings(window), ZoomDocuments.WriteRecording)),
            Listed("channels", user.Channels, ZoomDocuments.Write),
            Listed("messages", user.Messages("message"), ZoomDocuments.Write),
            Listed("messages", user.Messages("file"), documents.WriteFile),
        ];
    }

    private PagedStream Listed(string items, RestRequest first, Action<System.Text.Json.JsonElement, StreamPage> write) =>
        new(items, Client, first, ZoomUser.Paging(items), write);
}
