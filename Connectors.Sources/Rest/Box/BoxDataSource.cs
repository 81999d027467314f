using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.SignIn;
using Connectors.Sources.Rest.Streams;
using Duende.IdentityModel.Client;

namespace Connectors.Sources.Rest.Box;

/// <summary>
/// The files and folders of a user of Box, or of all users of an enterprise. Ids and field names are the Python service's. See
/// docs/sources/box.md.
/// </summary>
public sealed class BoxDataSource : RestDataSource
{
    private const string Service = "Box";
    private static readonly Uri TokenEndpoint = new(BoxApi.Address, "oauth2/token");
    private readonly Lazy<BoxConfiguration> _configuration;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public BoxDataSource(SourceContext context)
        : base(context) => _configuration = FromSettings(BoxConfiguration.From);

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = Service,
            ServiceType = "box",
            NameFields = ["name"],
            Fields = BoxConfiguration.Fields,
        };

    /// <inheritdoc/>
    /// <remarks>Asks who signed in; with an enterprise for its users, and for what the first one sees.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        using (await Client.GetAsync("2.0/users/me", cancellationToken)) { }

        if (_configuration.Value.Enterprise is not null)
        {
            var user = await Client
                .ListAsync(BoxApi.Users, BoxApi.Paging, cancellationToken)
                .FirstOrDefaultAsync(user => user.Text("status") != "inactive", cancellationToken);
            using (
                await Client.SendAsync(
                    BoxApi.Items("0", user.RequiredText("A user of Box", "id")).WithQuery("limit", "1"),
                    cancellationToken
                )
            ) { }
        }
    }

    private protected override RestClient CreateClient()
    {
        var configuration = _configuration.Value;
        var http = RestClient.CreateHttp(Context);
        var options = new RestClientOptions
        {
            Name = Service,
            Address = BoxApi.Address,
            AddressField = "client_id",
            HasFixedHost = true,
            Signer = RequestSigner.Tokens(TokensOf(configuration, http), Context.TimeProvider),
            SignInHint = HintOf(configuration),
            PermissionHint = configuration.Enterprise is null
                ? "Give the app the scope to read all files and folders."
                : "Give the app app and enterprise access, the scopes to read all files and folders and to manage users, and calls by the "
                    + "as-user header; then let an administrator authorize it again.",
            Limits = [BoxApi.NotReady],
            Retries = configuration.Retries,
            RequestsAtATime = configuration.RequestsAtATime,
        };
        return new RestClient(options, Context, http);
    }

    /// <summary>A place is a user of the enterprise. What several users share is read of each, as nobody else may see all of it.</summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        if (_configuration.Value.Enterprise is null)
        {
            return [RestPlace.Whole];
        }

        // Nobody can act for a user who is inactive.
        var users = Client.ListAsync(BoxApi.Users, BoxApi.Paging, cancellationToken).Where(user => user.Text("status") != "inactive");
        return await users
            .Select(user =>
            {
                var id = user.RequiredText("A user of Box", "id");
                return new RestPlace(id, user.Text("login") ?? user.Text("name") ?? id);
            })
            .ToListAsync(cancellationToken);
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) =>
        [
            new FolderStream("files and folders", Client, "0", folder => BoxApi.Items(folder, place.Key), BoxApi.Paging)
            {
                IsFolder = item => item.Text("type") == "folder",
                Write = (item, page) => BoxApi.Write(Client, place.Key, item, page),
            },
        ];

    private static string HintOf(BoxConfiguration configuration) =>
        configuration.Enterprise is null
            ? "Check client_id, client_secret and refresh_token: Box takes a refresh token once, within 60 days. If it was used, give a "
                + "new one."
            : "Check client_id, client_secret and enterprise_id, and that an administrator authorized the app.";

    private ITokenSource TokensOf(BoxConfiguration configuration, HttpClient http) =>
        configuration.RefreshToken is { } configured
            ? new BoxRefreshTokens(
                token =>
                    OAuthTokens.Refresh(
                        http,
                        Service,
                        HintOf(configuration),
                        Context.TimeProvider,
                        TokenEndpoint,
                        configuration.ClientId,
                        configuration.ClientSecret,
                        token
                    ),
                configured,
                Context
            )
            : OAuthTokens.ClientCredentials(
                http,
                Service,
                HintOf(configuration),
                Context.TimeProvider,
                TokenEndpoint,
                configuration.ClientId,
                configuration.ClientSecret,
                new Parameters { { "box_subject_type", "enterprise" }, { "box_subject_id", configuration.Enterprise! } }
            );
}
