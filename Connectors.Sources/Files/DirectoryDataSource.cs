using System.Globalization;
using System.Runtime.CompilerServices;
using Connectors.Abstractions;
using Connectors.Sources.Files.Access;

namespace Connectors.Sources.Files;

/// <summary>The files of a folder tree. Ids and field names are the Python service's.</summary>
public sealed class DirectoryDataSource : FolderDataSource, IAccessControlSource
{
    /// <summary>A source over the machine's file system.</summary>
    public DirectoryDataSource(SourceContext context)
        : this(context, new FileTree()) { }

    internal DirectoryDataSource(SourceContext context, IFileTree tree)
        : base(context, tree, () => DirectoryConfiguration.From(context.Settings, context.AdvancedRules)) { }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "System Directory",
            ServiceType = "dir",
            Fields = DirectoryConfiguration.Fields,
            HasChangeFeed = true,
            HasAccessControl = true,
            CheckAdvancedRules = DirectoryConfiguration.CheckRules,
        };

    /// <inheritdoc/>
    /// <remarks>The users of the system. Each has its own value and those of its groups; root is a user like any other.</remarks>
    public IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            Folder.Accounts ?? throw new ConnectorException($"{AccessControl.Switch.Name}: switched off, so there are no identities."),
            cancellationToken
        );

    private protected override void Check(DirectoryConfiguration folder)
    {
        if (folder.Accounts is { } files)
        {
            Accounts.Read(files);
            RequireModes(folder.Root);
        }
    }

    private protected override IFileDocuments Documents() =>
        new DirectoryDocuments(Tree, Folder.Accounts is { } files ? new TreeAccess(Tree, Accounts.Read(files)) : null);

    private static async IAsyncEnumerable<AccessIdentity> ReadAsync(
        AccountFiles files,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var accounts = await Task.Run(() => Accounts.Read(files), cancellationToken);
        foreach (var user in accounts.Users)
        {
            yield return new AccessIdentity(
                user.Name,
                [AccessSet.UserValue(user.User), .. accounts.GroupsOf(user.User).Select(AccessSet.GroupValue)]
            )
            {
                Identity = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["username"] = user.Name,
                    ["user_id"] = user.User.ToString(CultureInfo.InvariantCulture),
                },
            };
        }
    }

    /// <exception cref="ConnectorException">The modes of the files say nothing of who may read them.</exception>
    private void RequireModes(string root)
    {
        var type = Tree.FileSystemOf(RootErrors.Explain(root, () => Tree.Resolve(root)) ?? root);
        if (!LinuxMounts.HasModes(type))
        {
            throw new ConnectorException(
                $"directory: '{root}' is on a file system ({type}) whose modes don't tell who may read a file. Switch "
                    + $"{AccessControl.Switch.Name} off, or run the service where the files are."
            );
        }
    }
}
