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
public sealed class GoogleDriveDataSource : RestChangesDataSource, IAccessControlSource
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
    private readonly ConcurrentDictionary<string, string> _givenBy = new(StringComparer.Ordinal);

    /// <summary>Keeps the context; connects at the first call.</summary>
    public GoogleDriveDataSource(SourceContext context)
        : base(context)
    {
        _configuration = new(() => GoogleDriveConfiguration.From(Context.Settings), LazyThreadSafetyMode.PublicationOnly);
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
            var groups = await _directory.Value.AllGroupsOfAsync(user.RequiredText("A user of the directory", "id"), cancellationToken);
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

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) => [FilesOf(place, since: null)];

    /// <summary>What was changed or made, and what went to the trash. What was moved, unshared or deleted for good is left to the next full
    /// sync.</summary>
    private protected override IReadOnlyList<RestStream> StreamsSince(RestPlace place, DateTimeOffset since) => [FilesOf(place, since)];

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

    private PagedStream FilesOf(RestPlace place, DateTimeOffset? since)
    {
        var (user, drive) = (After(UserPrefix, place), After(DrivePrefix, place));
        var client = user is null ? Client : _clients.Value.For(user, DriveApi.Scope, isPlace: true);
        var part = drive is null ? DriveApi.OfUser(withDrives: user is null) : DriveApi.InDrive(drive);
        var access = _configuration.Value.HasAccessControl ? new DriveAccess(client) : null;
        DriveFolders? folders = null;
        return new PagedStream(
            "files",
            client,
            DriveApi.FilesOf(part, since, access is not null),
            DriveApi.Files,
            async (files, page, token) =>
            {
                var drives = await DrivesAsync(token);
                folders ??= await DriveFolders.ReadAsync(client, DriveApi.FoldersOf(part), drives, token);
                var users = user is null ? null : await UsersAsync(token);
                var here = files
                    .EnumerateArray()
                    .Where(file =>
                        users is not null
                            ? IsGivenBy(user!, users, file)
                            : drive is not null || file.Text("driveId") is not { } other || !drives.ContainsKey(other)
                    );
                await new DriveDocuments(client, drives, access, since).WriteAsync([.. here], folders, page, token);
            }
        );
    }

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
