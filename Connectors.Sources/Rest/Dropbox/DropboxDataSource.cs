using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.SignIn;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Dropbox;

/// <summary>
/// Files, folders, Paper documents and links of a Dropbox account, or of what the administrator of a team sees. Ids and field names are
/// the Python service's. See docs/sources/dropbox.md.
/// </summary>
public sealed class DropboxDataSource : RestDataSource, IAccessControlSource, IChangeFeed
{
    private const string Service = "Dropbox";
    private const string SignInHint = "Check app_key, app_secret and refresh_token: the token is of this app, and was not withdrawn.";

    private readonly Lazy<DropboxConfiguration> _configuration;
    private readonly Remembered<DropboxAccount> _account = new();
    private DropboxMembers? _members;
    private (string Cursor, DropboxChanges Stream, StreamWalk Walk)? _changes;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public DropboxDataSource(SourceContext context)
        : base(context) => _configuration = FromSettings(DropboxConfiguration.From);

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = Service,
            ServiceType = "dropbox",
            NameFields = ["file_path", "name"],
            Fields = DropboxConfiguration.Fields,
            HasAccessControl = true,
            HasChangeFeed = true,
            CheckAdvancedRules = DropboxRules.Check,
        };

    private string Path => _configuration.Value.Path;

    /// <inheritdoc/>
    /// <remarks>Asks whose the token is, and for the folder that is named.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        var account = await AccountAsync(cancellationToken);
        if (Path.Length > 0)
        {
            using (await Client.SendAsync(account.Call("2/files/get_metadata", new JsonObject { ["path"] = Path }), cancellationToken)) { }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = RestRequest.Post("2/team/members/list_v2", new JsonObject { ["limit"] = 300 });
        await foreach (var member in Client.ListAsync(first, DropboxApi.Members, cancellationToken))
        {
            var profile = member.Find("profile") ?? throw new ConnectorException("A member of a team of Dropbox came without a profile.");
            var email = profile.RequiredText("A member of a team of Dropbox", "email");
            var identity = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["email"] = AccessControl.Value("email", email),
                ["username"] = profile.Text("name", "display_name") is { } name ? AccessControl.Value("user", name) : null,
                ["user_id"] = profile.Text("account_id") is { } account ? DropboxMembers.UserValue(account) : null,
            };
            var groups = profile.Items("groups").Select(group => group.GetString()).OfType<string>().Select(AccessControl.Group);
            yield return new AccessIdentity(email, [.. identity.Values.OfType<string>(), .. groups])
            {
                Identity = identity,
                CreatedAt = RestTime.Of(profile.Text("joined_on")),
            };
        }
    }

    /// <inheritdoc/>
    public async Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken)
    {
        if (DropboxRules.From(Context.AdvancedRules).Count > 0)
        {
            return new ChangeStart(null, "With advanced sync rules, Dropbox can't tell what changed of what they find.");
        }

        var account = await AccountAsync(cancellationToken);
        using var answer = await Client.SendAsync(
            account.Call("2/files/list_folder/get_latest_cursor", DropboxApi.Listing(Path)),
            cancellationToken
        );
        return new ChangeStart(answer.Json.RequiredText("A listing of Dropbox", "cursor"));
    }

    /// <inheritdoc/>
    /// <remarks>What changed in the folder, and files that were deleted. Links of others and what was in deleted folders are left to the
    /// next full sync.</remarks>
    public async Task<ChangePage> ReadChangesAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        if (DropboxRules.From(Context.AdvancedRules).Count > 0)
        {
            return ChangePage.Expired("With advanced sync rules, Dropbox can't tell what changed of what they find.");
        }

        if (_changes?.Cursor != cursor)
        {
            var account = await AccountAsync(cancellationToken);
            var documents = new DropboxDocuments(Client, account, MembersOf(account));
            var stream = new DropboxChanges(Client, account, Path, cursor, documents.WriteAsync);
            _changes?.Walk.Dispose();
            _changes = (cursor, stream, Walk(_ => [stream]));
        }

        var deleted = new List<string>();
        var (_, changes, walk) = _changes.Value;
        try
        {
            // The end is an empty page of its own, so that whoever gives the last page has read it.
            var page = await walk.ReadAsync("changes", [RestPlace.Whole], after, limits, deleted, tokenOf: null, cancellationToken);
            return new ChangePage(page, deleted, changes.End);
        }
        catch (ConnectorException lost) when (lost.IsGone)
        {
            return ChangePage.Expired("Dropbox has forgotten the place of the last sync.");
        }
    }

    private protected override RestClient CreateClient()
    {
        var configuration = _configuration.Value;
        var http = RestClient.CreateHttp(Context);
        var tokens = OAuthTokens.Refresh(
            http,
            Service,
            SignInHint,
            Context.TimeProvider,
            new Uri(DropboxApi.Address, "oauth2/token"),
            configuration.AppKey,
            configuration.AppSecret,
            configuration.RefreshToken
        );
        var options = new RestClientOptions
        {
            Name = Service,
            Address = DropboxApi.Address,
            AddressField = "path",
            HasFixedHost = true,
            TrustedHosts = [DropboxApi.ContentHost],
            Signer = RequestSigner.Tokens(tokens, Context.TimeProvider),
            SignInHint = SignInHint,
            PermissionHint = "Check that the account may see it, and that the app has the permissions that docs/sources/dropbox.md lists.",
            Explain = DropboxErrors.Of,
            Retries = configuration.Retries,
            RequestsAtATime = configuration.RequestsAtATime,
        };
        return new RestClient(options, Context, http);
    }

    /// <summary>One place, whose detail is the account: a listing of Dropbox is one for all folders.</summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken) =>
        [RestPlace.Whole with { Detail = (await AccountAsync(cancellationToken)).ToString() }];

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place)
    {
        var account = DropboxAccount.Parse(place.Detail);
        var documents = new DropboxDocuments(Client, account, MembersOf(account));
        var rules = DropboxRules.From(Context.AdvancedRules);
        return rules.Count > 0
            ? [.. rules.Select(rule => new DropboxSearch(Client, account.Call("2/files/search_v2", rule), documents.WriteAsync))]
            :
            [
                new PagedStream(
                    "files and folders",
                    Client,
                    account.Call("2/files/list_folder", DropboxApi.Listing(Path)),
                    DropboxApi.Files,
                    (items, page, token) => documents.WriteAsync(items.EnumerateArray(), page, token)
                ),
                new PagedStream(
                    "files that others shared",
                    Client,
                    account.Call("2/sharing/list_received_files", new JsonObject { ["limit"] = 300 }),
                    DropboxApi.Received,
                    (items, page, token) => documents.WriteReceivedAsync(items, Path, page, token)
                ),
            ];
    }

    private protected override ValueTask DisposeAsyncCore()
    {
        _account.Dispose();
        _members?.Dispose();
        _changes?.Walk.Dispose();
        return base.DisposeAsyncCore();
    }

    private Task<DropboxAccount> AccountAsync(CancellationToken cancellationToken) =>
        _account.GetAsync(string.Empty, () => DropboxAccount.FindAsync(Client, cancellationToken), cancellationToken);

    private DropboxMembers? MembersOf(DropboxAccount account) =>
        _configuration.Value.HasAccessControl ? _members ??= new DropboxMembers(Client, account, _configuration.Value.WithInherited) : null;
}
