using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Google;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GoogleDrive;

/// <summary>
/// Files and folders of Google Drive: what a service account may see, or the drives of all users of a domain, and shared drives. Ids and
/// field names are the Python service's. See docs/sources/google_drive.md.
/// </summary>
public sealed class GoogleDriveDataSource : RestDataSource, IAccessControlSource, IChangeFeed
{
    private const string UserFields = "id,name,primaryEmail,creationTime,suspended,archived";
    private const string DrivePrefix = "drive/";
    private const string UserPrefix = "user/";

    /// <summary>The files of the service account itself, and those that are shared with it.</summary>
    private static readonly RestPlace Own = new("own", "files of the service account");

    private readonly Lazy<GoogleDriveConfiguration> _configuration;
    private readonly Lazy<GoogleClients> _clients;
    private readonly Lazy<GoogleDirectory> _directory;
    private readonly Remembered<IReadOnlyDictionary<string, string>> _drives = new();
    private readonly Remembered<IReadOnlySet<string>> _users = new();
    private readonly Lazy<DriveFeed> _feed;
    private readonly ConcurrentDictionary<string, string> _givenBy = new(StringComparer.Ordinal);

    /// <summary>Keeps the context; connects at the first call.</summary>
    public GoogleDriveDataSource(SourceContext context)
        : base(context)
    {
        _configuration = FromSettings(GoogleDriveConfiguration.From);
        _clients = Owned(() =>
            new GoogleClients(Context, _configuration.Value.Account, "Google Drive", options =>
                options with
                {
                    TrustedHosts = ["admin.googleapis.com"],
                    RequestsAtATime = _configuration.Value.RequestsAtATime,
                }
            )
        );
        _directory = Owned(CreateDirectory);
        _feed = Owned(() => new DriveFeed(FindPlacesAsync, FilesOf, Walk, isOnlyReader: !_configuration.Value.Delegates));
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Google Drive",
            ServiceType = "google_drive",
            NameFields = ["path", "name"],
            Fields = GoogleDriveConfiguration.Fields,
            HasAccessControl = true,
            HasChangeFeed = true,
        };

    /// <inheritdoc/>
    /// <remarks>Asks Drive for next to nothing, and the directory for a user and for groups where they will be needed.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        using (await Client.SendAsync(DriveApi.About, cancellationToken)) { }

        var configuration = _configuration.Value;
        if (configuration.Delegates || configuration.HasAccessControl)
        {
            await _directory.Value.CheckAsync(cancellationToken);
        }

        if (configuration.HasAccessControl)
        {
            await _directory.Value.CheckGroupsAsync(configuration.Admin, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var user in _directory.Value.UsersAsync(cancellationToken))
        {
            var address = GoogleDirectory.AddressOf(user, "primaryEmail");
            var groups = await _directory.Value.AllGroupsOfAsync(user.RequiredText("A user of Google", "id"), cancellationToken);
            yield return new AccessIdentity(
                address,
                [
                    AccessControl.User(address),
                    AccessControl.Value("domain", GoogleDriveConfiguration.DomainOf(address)),
                    .. groups.Select(AccessControl.Group),
                ]
            )
            {
                Identity = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["name"] = user.Text("name", "fullName"),
                    ["email"] = address,
                },
                CreatedAt = RestTime.Of(user.Text("creationTime")),
            };
        }
    }

    /// <inheritdoc/>
    public Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken) => _feed.Value.StartAsync(cancellationToken);

    /// <inheritdoc/>
    /// <remarks>What was made, changed, moved or shared, and what went to the trash. What a user can no longer see is gone only when no
    /// other user is read: it may be there for them.</remarks>
    public Task<ChangePage> ReadChangesAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken) =>
        _feed.Value.ReadAsync(cursor, after, limits, cancellationToken);

    private protected override RestClient CreateClient() => _clients.Value.For(_configuration.Value.SharedDrivesUser, DriveApi.Scope);

    /// <summary>Places are shared drives, and users or the service account itself.</summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        var users = _configuration.Value.Delegates
            ? (await UsersAsync(cancellationToken)).Order(StringComparer.Ordinal).Select(user => new RestPlace(UserPrefix + user, user))
            : [Own];
        var drives = await DrivesAsync(cancellationToken);
        return
        [
            .. users,
            .. drives
                .OrderBy(drive => drive.Key, StringComparer.Ordinal)
                .Select(drive => new RestPlace(DrivePrefix + drive.Key, drive.Value)),
        ];
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) => [FilesOf(place).Listing()];

    private protected override ValueTask DisposeAsyncCore()
    {
        _drives.Dispose();
        _users.Dispose();
        return base.DisposeAsyncCore();
    }

    private GoogleDirectory CreateDirectory()
    {
        var configuration = _configuration.Value;
        if (configuration.Admin.Length == 0)
        {
            throw new ConnectorException(
                $"{AccessControl.Switch.Name}: switched off, so there are no identities to read. Switch it on, and name an administrator."
            );
        }

        var scopes = configuration.HasAccessControl
            ? $"{GoogleDirectory.UsersScope} {GoogleDirectory.GroupsScope}"
            : GoogleDirectory.UsersScope;
        return GoogleDirectory.Of(_clients.Value.For(configuration.Admin, scopes), "domain", configuration.Domain, UserFields);
    }

    private DriveFiles FilesOf(RestPlace place)
    {
        var (user, drive) = (After(UserPrefix, place), After(DrivePrefix, place));
        var client = user is null ? Client : _clients.Value.For(user, DriveApi.Scope, isPlace: true);
        var access = _configuration.Value.HasAccessControl ? new DriveAccess(client) : null;
        return new DriveFiles(client, new DrivePart(drive, WithDrives: user is null), access, DrivesAsync, IsGivenAsync);

        async Task<Func<JsonElement, bool>> IsGivenAsync(CancellationToken cancellationToken)
        {
            if (user is not null)
            {
                var users = await UsersAsync(cancellationToken);
                return file => IsGivenBy(user, users, file);
            }

            var drives = await DrivesAsync(cancellationToken);
            return file => drive is null ? file.Text("driveId") is not { } other || !drives.ContainsKey(other) : IsIn(drive, file);
        }
    }

    /// <summary>A change log also tells of files that left the drive.</summary>
    private static bool IsIn(string drive, JsonElement file) => file.Text("driveId") == drive;

    /// <summary>
    /// Whether a file is a document of this user's partition: each file is one of its owner's only. What belongs to nobody in the domain is
    /// given by the first who lists it.
    /// </summary>
    private bool IsGivenBy(string user, IReadOnlySet<string> users, JsonElement file)
    {
        var owner = file.Items("owners")
            .Select(item => item.Text("emailAddress")?.ToLowerInvariant())
            .FirstOrDefault(address => address is not null && users.Contains(address));
        return (owner ?? _givenBy.GetOrAdd(DriveApi.IdOf(file), user)) == user;
    }

    private Task<IReadOnlyDictionary<string, string>> DrivesAsync(CancellationToken cancellationToken) =>
        _drives.GetAsync(
            string.Empty,
            async () =>
            {
                var drives = new Dictionary<string, string>(StringComparer.Ordinal);
                await foreach (var drive in Client.ListAsync(DriveApi.SharedDrives, DriveApi.Drives, cancellationToken))
                {
                    drives[drive.RequiredText("A shared drive of Google Drive", "id")] = drive.Text("name") ?? string.Empty;
                }

                return (IReadOnlyDictionary<string, string>)drives;
            },
            cancellationToken
        );

    private Task<IReadOnlySet<string>> UsersAsync(CancellationToken cancellationToken) =>
        _users.GetAsync(
            string.Empty,
            async () =>
            {
                var users = await _directory.Value.ActiveUsersAsync(cancellationToken);
                return (IReadOnlySet<string>)
                    users.Select(user => GoogleDirectory.AddressOf(user, "primaryEmail")).ToHashSet(StringComparer.Ordinal);
            },
            cancellationToken
        );

    private static string? After(string prefix, RestPlace place) =>
        place.Key.StartsWith(prefix, StringComparison.Ordinal) ? place.Key[prefix.Length..] : null;
}
