using System.Globalization;
using System.Runtime.CompilerServices;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Limits;
using Connectors.Sources.Rest.SignIn;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.ServiceNow;

/// <summary>
/// The rows of ServiceNow tables, and their attachments. Ids and field names are the Python service's. See docs/sources/servicenow.md.
/// </summary>
public sealed class ServiceNowDataSource : RestChangesDataSource, IAccessControlSource
{
    internal const string PermissionHint = "Give the user a role that may read the table, and its attachments.";

    private readonly Lazy<ServiceNowConfiguration> _configuration;
    private readonly Lazy<ServiceNowBatch> _batch;
    private readonly Lazy<ServiceNowAccess> _access;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public ServiceNowDataSource(SourceContext context)
        : base(context)
    {
        _configuration = FromSettings(ServiceNowConfiguration.From);
        _batch = new(() => new ServiceNowBatch(Client));
        _access = Owned(() => new ServiceNowAccess(_batch.Value));
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "ServiceNow",
            ServiceType = "servicenow",
            NameFields = ["number", "name", "short_description", "file_name"],
            Fields = ServiceNowConfiguration.Fields,
            HasAccessControl = true,
            HasChangeFeed = true,
            CheckAdvancedRules = ServiceNowRules.Check,
        };

    /// <summary>The instance reads times in the user's zone, which nobody knows here: a day more covers all of them.</summary>
    private protected override TimeSpan? Overlap => TimeSpan.FromDays(1);

    /// <inheritdoc/>
    /// <remarks>Asks for one row of the list of tables, and finds the tables that are named.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        await _batch.Value.CountAsync("sys_db_object", string.Empty, cancellationToken);
        await FindPlacesAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var user in await _batch.Value.AllAsync("sys_user", string.Empty, cancellationToken))
        {
            var id = user.RequiredText("A user of ServiceNow", "sys_id");
            var identity = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["user_id"] = ServiceNowAccess.ValueOf(id),
                ["display_name"] = user.Text("user_name") is { } name ? AccessControl.Value("username", name) : null,
                ["email"] = user.Text("email") is { } email ? AccessControl.Value("email", email) : null,
            };
            yield return new AccessIdentity(id, [.. identity.Values.OfType<string>()])
            {
                Identity = identity,
                CreatedAt = RestTime.Of(user.Text("sys_created_on")),
            };
        }
    }

    private protected override RestClient CreateClient()
    {
        var configuration = _configuration.Value;
        var options = new RestClientOptions
        {
            Name = "ServiceNow",
            Address = configuration.Url,
            Signer = RequestSigner.Basic(configuration.User, configuration.Password),
            SignInHint = "Check username and password.",
            PermissionHint = PermissionHint,
            PrivateHosts = configuration.PrivateHosts,
            Limits = [LimitRules.ResetAt("X-RateLimit-Reset")],
            Retries = configuration.Retries,
            RequestsAtATime = configuration.RequestsAtATime,
        };
        return new RestClient(options, Context, RestClient.CreateHttp(Context, "url", configuration.PrivateHosts));
    }

    /// <summary>A place is a table; its detail are the queries of its rules, one a line.</summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        var rules = ServiceNowRules.From(Context.AdvancedRules);
        if (rules.Count == 0 && _configuration.Value.AllServices)
        {
            return [.. ServiceNowTables.Standard.Select(table => new RestPlace(table.Table, table.Table))];
        }

        var (field, services) =
            rules.Count > 0 ? ("rules", rules.Select(rule => rule.Service)) : ("services", _configuration.Value.Services);
        var tables = await new ServiceNowTables(_batch.Value).FindAsync(field, services, cancellationToken);
        return
        [
            .. tables
                .GroupBy(table => table.Value, table => table.Key, StringComparer.Ordinal)
                .Select(table => new RestPlace(
                    table.Key,
                    table.First(),
                    string.Join(
                        '\n',
                        rules.Where(rule => table.Contains(rule.Service, StringComparer.OrdinalIgnoreCase)).Select(rule => rule.Query)
                    )
                )),
        ];
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) => Streams(place, query => query);

    /// <summary>The rows that changed, and their attachments. Rows that are gone are left to the next full sync.</summary>
    private protected override IReadOnlyList<RestStream> StreamsSince(RestPlace place, DateTimeOffset since)
    {
        var changed = $"sys_updated_on>={since.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}";

        // ^NQ begins a query of its own, beside the one before it.
        return Streams(place, query =>
            query.Length == 0 ? changed : string.Join("^NQ", query.Split("^NQ").Select(part => $"{changed}^{part}"))
        );
    }

    private RestStream[] Streams(RestPlace place, Func<string, string> restrict)
    {
        var access = _configuration.Value.HasAccessControl ? _access.Value : null;
        return [.. place.Detail.Split('\n').Select(query => new RecordStream(Client, _batch.Value, place.Key, restrict(query), access))];
    }
}
