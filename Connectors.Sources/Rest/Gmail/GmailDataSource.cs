using System.Net;
using System.Runtime.CompilerServices;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Google;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Gmail;

/// <summary>
/// The messages in the mailboxes of a Google Workspace's users, read on behalf of each (domain-wide delegation). See
/// docs/sources/gmail.md.
/// </summary>
public sealed class GmailDataSource : RestChangesDataSource, IAccessControlSource
{
    private const string Scope = "https://www.googleapis.com/auth/gmail.readonly";
    private const string UserFields = "primaryEmail,creationTime,suspended,archived,isMailboxSetup";

    private readonly Lazy<GmailConfiguration> _configuration;
    private readonly Lazy<GoogleClients> _clients;
    private readonly Lazy<GoogleDirectory> _directory;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public GmailDataSource(SourceContext context)
        : base(context)
    {
        _configuration = FromSettings(GmailConfiguration.From);
        _clients = Owned(() =>
            new GoogleClients(Context, _configuration.Value.Account, "Gmail", options =>
                options with
                {
                    Address = new Uri("https://gmail.googleapis.com/"),
                    TrustedHosts = ["admin.googleapis.com"],
                    Explain = Explain,
                }
            )
        );
        _directory = Owned(() =>
            GoogleDirectory.Of(
                _clients.Value.For(_configuration.Value.Admin, GoogleDirectory.UsersScope),
                "customer",
                _configuration.Value.Customer,
                UserFields
            )
        );
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Gmail",
            ServiceType = "gmail",
            Fields = GmailConfiguration.Fields,
            HasAccessControl = true,
            HasChangeFeed = true,
            CheckAdvancedRules = GmailRules.Check,
        };

    /// <inheritdoc/>
    /// <remarks>Asks for one user, and for the profile of the administrator's mailbox.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        await _directory.Value.CheckAsync(cancellationToken);
        var profile = $"/gmail/v1/users/{Uri.EscapeDataString(_configuration.Value.Admin)}/profile";
        using (await Client.GetAsync(profile, cancellationToken)) { }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var user in _directory.Value.UsersAsync(cancellationToken))
        {
            var address = GoogleDirectory.AddressOf(user, "primaryEmail");
            yield return new AccessIdentity(address, [address])
            {
                Identity = new Dictionary<string, string?>(StringComparer.Ordinal) { ["email"] = address },
                CreatedAt = RestTime.Of(user.Text("creationTime")),
            };
        }
    }

    private protected override RestClient CreateClient() => _clients.Value.For(_configuration.Value.Admin, Scope);

    /// <summary>A place is a mailbox: a user who is neither suspended nor archived, and has one.</summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken) =>
        [
            .. (await _directory.Value.ActiveUsersAsync(cancellationToken))
                .Where(user => user.Text("isMailboxSetup") != "false")
                .Select(user => GoogleDirectory.AddressOf(user, "primaryEmail"))
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Select(address => new RestPlace(address, address)),
        ];

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) => [MessagesOf(place, since: null)];

    private protected override IReadOnlyList<RestStream> StreamsSince(RestPlace place, DateTimeOffset since) => [MessagesOf(place, since)];

    private static ConnectorException? Explain(RestResponse answer) =>
        answer.Status == HttpStatusCode.BadRequest && GoogleErrors.ReasonOf(answer) == "failedPrecondition"
            ? new ConnectorException(
                FailureKind.Fatal,
                $"Gmail ({RestErrors.Name(answer.Address)}): Gmail is not switched on for this user (400). Switch it on in the Admin "
                    + "console, or name another user.",
                RestErrors.Cause(HttpStatusCode.Gone)
            )
            : GoogleErrors.Explain("Gmail", answer);

    private MessageStream MessagesOf(RestPlace place, DateTimeOffset? since)
    {
        var search = GmailRules.SearchOf(Context.AdvancedRules);
        if (since is { } time)
        {
            var after = $"after:{time.ToUnixTimeSeconds()}";
            search = search.Length == 0 ? after : $"({search}) {after}";
        }

        return new MessageStream(_clients.Value.For(place.Key, Scope, isPlace: true), place.Key, search, _configuration.Value);
    }
}
