using Connectors.Abstractions;

namespace Connectors.Sources.Files.NetworkDrive;

/// <summary>The files and folders of an SMB share, through a folder where it is mounted. Ids and field names are the Python service's. See
/// docs/sources/network_drive.md.</summary>
public sealed class NetworkDriveDataSource : FolderDataSource
{
    private readonly Lazy<string> _address;

    /// <summary>A source over the machine's file system.</summary>
    public NetworkDriveDataSource(SourceContext context)
        : this(context, new FileTree()) { }

    internal NetworkDriveDataSource(SourceContext context, IFileTree tree)
        : base(context, tree, () => NetworkDriveConfiguration.From(context.Settings, context.AdvancedRules)) =>
        _address = new Lazy<string>(() => NetworkDriveConfiguration.AddressOf(context.Settings), LazyThreadSafetyMode.PublicationOnly);

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Network Drive",
            ServiceType = "network_drive",
            Fields = NetworkDriveConfiguration.Fields,
            HasChangeFeed = true,
            CheckAdvancedRules = NetworkDriveConfiguration.CheckRules,
        };

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
    }

    private protected override IFileDocuments Documents() => new NetworkDriveDocuments(Tree, Folder.Root, _address.Value);

    private string[] Options(string place) => Tree.MountOptionsOf(place)?.Split(',') ?? [];
}
