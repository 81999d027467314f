using System.Runtime.CompilerServices;
using Connectors.Abstractions;

namespace Connectors.Sources.Files.NetworkDrive;

/// <summary>The files and folders of an SMB share, through a folder where it is mounted. Ids and field names are the Python service's. See
/// docs/sources/network_drive.md.</summary>
public sealed class NetworkDriveDataSource : FolderDataSource, IAccessControlSource
{
    private readonly Lazy<string> _address;
    private readonly Lazy<IdentityMappings?> _mappings;

    /// <summary>A source over the machine's file system.</summary>
    public NetworkDriveDataSource(SourceContext context)
        : this(context, new FileTree()) { }

    internal NetworkDriveDataSource(SourceContext context, IFileTree tree)
        : base(context, tree, () => NetworkDriveConfiguration.From(context.Settings, context.AdvancedRules))
    {
        _address = new(() => NetworkDriveConfiguration.AddressOf(context.Settings), LazyThreadSafetyMode.PublicationOnly);
        _mappings = new(() => NetworkDriveConfiguration.MappingsOf(context.Settings), LazyThreadSafetyMode.PublicationOnly);
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Network Drive",
            ServiceType = "network_drive",
            Fields = NetworkDriveConfiguration.Fields,
            HasChangeFeed = true,
            HasAccessControl = true,
            CheckAdvancedRules = NetworkDriveConfiguration.CheckRules,
        };

    /// <inheritdoc/>
    /// <remarks>The users of the file that the configuration names, each with its own value and those of its groups.</remarks>
    public async IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var mappings = await Task.Run(() => _mappings.Value, cancellationToken);
        foreach (
            var user in mappings?.Users
                ?? throw new ConnectorException($"{AccessControl.Switch.Name}: switched off, so there are no identities.")
        )
        {
            yield return new AccessIdentity(
                user.Number,
                [AccessControl.User(user.Name), WindowsAccess.ValueOf(user.Sid), .. user.Groups.Select(WindowsAccess.ValueOf)]
            )
            {
                Identity = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["username"] = AccessControl.User(user.Name),
                    ["user_id"] = AccessControl.Value("rid", user.Number),
                },
            };
        }
    }

    /// <exception cref="ConnectorException">The files have no ids, or not the same ones at every mount.</exception>
    private protected override void Check(DirectoryConfiguration folder)
    {
        _ = _address.Value;
        var root = folder.Root;
        if (RootErrors.Explain(root, () => Tree.Find(root)) is { Unix: null })
        {
            throw new ConnectorException(
                "network_drive reads a share where it is mounted, and the ids of documents are the numbers that Linux gives the files: run "
                    + "the service on Linux."
            );
        }

        var place = RootErrors.Explain(root, () => Tree.Resolve(root)) ?? root;
        if (Tree.FileSystemOf(place) is "cifs" or "smb3" && !Options(place).Contains("serverino", StringComparer.Ordinal))
        {
            throw new ConnectorException(
                $"directory: '{root}' is mounted without serverino, so its files, and with them the documents' ids, are others at every "
                    + "mount. Mount the share with -o serverino."
            );
        }
    }

    // A mount point without its mount is a folder without files, and the share would seem to have lost all of them.
    private protected override void CheckEntries(string root, IReadOnlyList<FolderEntry> entries)
    {
        if (entries.Count == 0)
        {
            throw new ConnectorException(
                $"directory: '{root}' is empty, as a mount point is before the share is mounted. Mount it; of a share that is empty itself "
                    + "nothing is synced or deleted."
            );
        }

        RequireLists(root);
    }

    private protected override IFileDocuments Documents() => new NetworkDriveDocuments(Tree, Folder.Root, _address.Value, Access());

    private WindowsAccess? Access() => _mappings.Value is { } mappings ? new WindowsAccess(Tree, mappings) : null;

    /// <exception cref="ConnectorException">It can't be told who may read the files.</exception>
    private void RequireLists(string root)
    {
        try
        {
            Access()?.Of(root);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(
                FailureKind.Fatal,
                $"directory: it can't be told who may read '{root}': {failure.Message}. Mount the share by Linux' cifs, or switch "
                    + $"{AccessControl.Switch.Name} off.",
                failure
            );
        }
    }

    private string[] Options(string place) => Tree.MountOptionsOf(place)?.Split(',') ?? [];
}
