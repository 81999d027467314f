using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.Microsoft.Drives;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.OneDrive;

/// <summary>
/// The files and folders in the drives of a tenant's users. Ids and field names are the Python service's. See docs/sources/onedrive.md.
/// </summary>
public sealed class OneDriveDataSource : GraphDataSource
{
    private const string FilesPermission = "Files.Read.All";

    private readonly Lazy<OneDriveConfiguration> _configuration;
    private readonly Lazy<IReadOnlyList<OneDriveRule>> _rules;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public OneDriveDataSource(SourceContext context)
        : base(context)
    {
        _configuration = FromSettings(OneDriveConfiguration.From);
        _rules = new(() => OneDriveRules.From(Context.AdvancedRules));
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "OneDrive",
            ServiceType = "onedrive",
            Fields = OneDriveConfiguration.Fields,
            HasAccessControl = true,
            HasChangeFeed = true,
            CheckAdvancedRules = OneDriveRules.Check,
        };

    private protected override GraphSignIn SignIn => _configuration.Value.SignIn;

    /// <inheritdoc/>
    /// <remarks>Asks for the first users, for the drive of one, and for its groups when access control is on.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        using var users = await Client.SendAsync(GraphUsers.Licensed, cancellationToken);
        var items = Graph.Paging.Items(users);
        if (items.GetArrayLength() == 0)
        {
            throw new ConnectorException("tenant_id: the tenant has no enabled user with a licence, so there is no drive to mirror.");
        }

        var user = GraphUsers.IdOf(items[0]);
        using (await Client.SendAsync(RestRequest.Get($"{DriveOf(user)}?$select=id") with { Accepted = [404] }, cancellationToken)) { }

        if (_configuration.Value.HasAccessControl)
        {
            using (await Client.SendAsync(GraphUsers.GroupsOf(user), cancellationToken)) { }
        }
    }

    private protected override RestClientOptions Adjust(RestClientOptions options) =>
        options with
        {
            Retries = _configuration.Value.Retries,
            RequestsAtATime = _configuration.Value.RequestsAtATime,
        };

    private protected override string PermissionOf(Uri address) =>
        address.AbsolutePath.Contains("/drive", StringComparison.Ordinal) ? FilesPermission
        : GraphUsers.NeedsGroups(address) ? GraphUsers.GroupsPermission
        : GraphUsers.Permission;

    /// <summary>A place is a user; its detail is the mail address, by which rules name it.</summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        var places = new List<RestPlace>();
        await foreach (var user in GraphUsers.EachAsync(Client, GraphUsers.Licensed, cancellationToken))
        {
            places.Add(
                new RestPlace(
                    GraphUsers.IdOf(user),
                    user.RequiredText("A user of Microsoft Graph", "userPrincipalName"),
                    user.Text("mail") ?? string.Empty
                )
            );
        }

        var unknown = _rules
            .Value.SelectMany(rule => rule.Owners)
            .FirstOrDefault(owner => !places.Exists(place => owner.Equals(place.Detail, StringComparison.OrdinalIgnoreCase)));
        return unknown is null
            ? [.. places.Where(place => _rules.Value.Count == 0 || _rules.Value.Any(rule => rule.IsOf(place.Detail)))]
            : throw new ConnectorException(
                $"owners: no enabled user with a licence has the mail address '{unknown}'. Correct the advanced rules."
            );
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) => [FilesOf(place, since: null)];

    /// <summary>With what was deleted. The drives of users that are gone go with the next full sync.</summary>
    private protected override IReadOnlyList<RestStream> StreamsSince(RestPlace place, DateTimeOffset since) => [FilesOf(place, since)];

    private static string DriveOf(string user) => $"users/{Uri.EscapeDataString(user)}/drive";

    private DriveDelta FilesOf(RestPlace place, DateTimeOffset? since)
    {
        var drive = DriveOf(place.Key);
        var rules = _rules.Value.Where(rule => rule.IsOf(place.Detail)).ToList();
        var permissions = _configuration.Value.HasAccessControl ? new GraphBatch(Client, FilesPermission) : null;
        var items = new OneDriveItems(Client, drive, permissions, item => rules.Count == 0 || rules.Exists(rule => Allows(rule, item)));
        return new DriveDelta(Client, drive, OneDriveItems.Fields, since, items.WriteAsync);
    }

    private static bool Allows(OneDriveRule rule, JsonElement item) =>
        rule.Allows(item.Text("name") ?? string.Empty, item.Text("parentReference", "path") ?? string.Empty);
}
