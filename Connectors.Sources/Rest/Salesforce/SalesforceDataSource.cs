using System.Runtime.CompilerServices;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Salesforce.Streams;
using Connectors.Sources.Rest.SignIn;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Salesforce;

/// <summary>
/// The records of a Salesforce organization and the files linked to them. Ids and field names are the Python service's. See
/// docs/sources/salesforce.md.
/// </summary>
public sealed class SalesforceDataSource : RestChangesDataSource, IAccessControlSource
{
    private const string FilesKey = "ContentDocument";
    private const string SignInHint =
        "Check domain, client_id and client_secret, and that the connected app has the client credentials flow switched on and a user to "
        + "run as.";

    private readonly Lazy<SalesforceConfiguration> _configuration;
    private readonly Lazy<SalesforceOrganization> _organization;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public SalesforceDataSource(SourceContext context)
        : base(context)
    {
        _configuration = FromSettings(SalesforceConfiguration.From);
        _organization = Owned(() =>
            new SalesforceOrganization(new SalesforceApi(Client), _configuration.Value.Address, _configuration.Value.HasAccessControl)
        );
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Salesforce",
            ServiceType = "salesforce",
            Fields = SalesforceConfiguration.Fields,
            HasAccessControl = true,
            HasChangeFeed = true,
            CheckAdvancedRules = SalesforceRules.Check,
        };

    private SalesforceOrganization Organization => _organization.Value;

    /// <inheritdoc/>
    /// <remarks>Signs in, and finds the objects that are named.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        await Organization.Schema.ObjectsAsync(cancellationToken);
        await FindPlacesAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = await Organization.Queries.UsersAsync(cancellationToken);
        await foreach (var user in Organization.Api.ListAsync(query, cancellationToken))
        {
            // These are no persons.
            if (user.Text("UserType") is "CloudIntegrationUser" or "AutomatedProcess")
            {
                continue;
            }

            var id = user.RequiredText("A user of Salesforce", "Id");
            var email = user.Text("Email");
            yield return new AccessIdentity(id, [.. SalesforceAccess.ValuesOf(id, email)])
            {
                Identity = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["email"] = email is null ? null : AccessControl.Value("email", email),
                    ["username"] = user.Text("Name") is { } name ? AccessControl.Value("user", name) : null,
                    ["user_id"] = SalesforceAccess.UserValue(id),
                },
                CreatedAt = RestTime.Of(user.Text("CreatedDate")),
            };
        }
    }

    private protected override RestClient CreateClient()
    {
        var configuration = _configuration.Value;
        var http = RestClient.CreateHttp(Context, "domain");
        var tokens = OAuthTokens.ClientCredentials(
            http,
            "Salesforce",
            SignInHint,
            Context.TimeProvider,
            new Uri(configuration.Address, "/services/oauth2/token"),
            configuration.ClientId.Reveal(),
            configuration.ClientSecret,
            addressField: "domain"
        );
        var options = new RestClientOptions
        {
            Name = "Salesforce",
            Address = configuration.Address,
            AddressField = "domain",
            Signer = RequestSigner.Tokens(tokens, Context.TimeProvider),
            SignInHint = SignInHint,
            PermissionHint = "Give the user of the connected app read access to the object, and the permission API Enabled.",
            Limits = [SalesforceErrors.Limit],
            Explain = SalesforceErrors.Of,
        };
        return new RestClient(options, Context, http);
    }

    /// <summary>A place is an object, all files together, or a rule, whose detail is its language and query.</summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        var rules = SalesforceRules.From(Context.AdvancedRules);
        if (rules.Count > 0)
        {
            return
            [
                .. rules.Select((rule, index) => new RestPlace($"rule {index + 1}", $"rule {index + 1}", $"{rule.Language}\n{rule.Query}")),
            ];
        }

        var objects = await new SalesforceChoice(Organization.Schema).FindAsync(_configuration.Value, cancellationToken);
        var places = objects.Select(name => new RestPlace(name, name));
        return
        [
            .. await Organization.Schema.HasFilesAsync(cancellationToken)
                ? places.Append(new RestPlace(FilesKey, "files", string.Join(',', objects)))
                : places,
        ];
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) => StreamsOf(place, since: null);

    /// <summary>Records and files that changed, and the ids of those in the recycle bin. With rules, all that they find.</summary>
    private protected override IReadOnlyList<RestStream> StreamsSince(RestPlace place, DateTimeOffset since)
    {
        var changed = StreamsOf(place, since);
        return place.Detail.Length == 0 || place.Key == FilesKey ? [.. changed, DeletedOf(place.Key, since)] : changed;
    }

    private IReadOnlyList<RestStream> StreamsOf(RestPlace place, DateTimeOffset? since)
    {
        if (place.Detail.Length == 0)
        {
            return [RecordsOf(place.Key, since is { } time ? $" WHERE {SalesforceQueries.ChangedSince(time)}" : string.Empty)];
        }

        if (place.Key == FilesKey)
        {
            var changed = since is { } time ? SalesforceQueries.ChangedSince(time, "ContentDocument.") : string.Empty;
            return [new SalesforceFiles(Organization, place.Detail.Split(','), changed)];
        }

        var (language, query) = (place.Detail[..4], place.Detail[5..]);
        return language == "SOSL"
            ? [new SearchStream(place.Name, Organization, query)]
            : [new RecordStream(place.Name, Organization, token => SoqlQuery.Parse(query)!.CompleteAsync(Organization.Schema, token))];
    }

    private RecordStream RecordsOf(string name, string condition)
    {
        var standard = SalesforceObject.Standard.FirstOrDefault(item => item.Name == name);
        return new RecordStream(
            "records",
            Organization,
            async token =>
                (
                    standard is null
                        ? await Organization.Queries.CustomRecordsAsync(name, token)
                        : await Organization.Queries.RecordsAsync(standard, token)
                ) + condition,
            standard
        );
    }

    private PagedStream DeletedOf(string name, DateTimeOffset since) =>
        new(
            "deleted records",
            Client,
            SalesforceApi.Query(
                $"SELECT Id FROM {name} WHERE IsDeleted = true AND {SalesforceQueries.ChangedSince(since)}",
                withDeleted: true
            ),
            SalesforceApi.Pages,
            (record, page) => page.AddDeleted(record.RequiredText("A record of Salesforce", "Id"))
        );
}
