using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Files;
using Connectors.Sources.Files.Access;
using Connectors.Sources.Files.NetworkDrive;
using Connectors.Testing;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sources.Files.NetworkDrive;

/// <summary>Who may see the files of a share, by the lists of Windows.</summary>
public sealed class NetworkDriveAccessTests : IDisposable
{
    private const string Ann = "S-1-5-21-1-2-3-1001";
    private const string Bob = "S-1-5-21-1-2-3-1002";
    private const string Staff = "S-1-5-21-1-2-3-2001";
    private const string Everyone = "S-1-1-0";
    private const uint Read = 0x00120089;

    private readonly TemporaryFolder _folder = TemporaryFolder.With("share/plan.txt");
    private readonly ListedTree _tree = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static IdentityMappings Mappings { get; } =
        IdentityMappings.Parse([$"ann;{Ann};{Staff}", $"bob;{Bob};{Staff},S-1-5-32-545"], "users.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhoIsGivenTheRightToReadIsListed() =>
        Assert.Equal(
            [$"sid:{Ann}", $"sid:{Staff}"],
            Values((AceType.Allow, 0, Read, Ann), (AceType.Allow, 0, 0x1F01FF, Staff), (AceType.Allow, 0, 0x100116, Bob))
        );

    [Theory]
    [InlineData(Everyone)]
    [InlineData("S-1-5-11")]
    [InlineData("S-1-5-2")]
    public void WhatEverybodyMayReadIsForEveryIdentityAndWhatNobodyMayForNone(string sid)
    {
        Assert.Equal(["everyone"], Values((AceType.Allow, 0, Read, sid)));
        Assert.Empty(Values((AceType.Deny, 0, Read, sid), (AceType.Allow, 0, Read, Staff)));
    }

    [Fact]
    public void AGenericRightIsOneToRead()
    {
        Assert.Equal([$"sid:{Ann}"], Values((AceType.Allow, 0, 0x8000_0000, Ann)));
        Assert.Equal([$"sid:{Ann}"], Values((AceType.Allow, 0, 0x1000_0000, Ann)));
    }

    /// <summary>[MS-DTYP] 2.5.3.2: entries are looked at in their order, and the first that is about a right decides.</summary>
    [Fact]
    public void WhoIsDeniedIsLeftOutOfTheGroupsThatMay()
    {
        Assert.Equal([$"sid:{Bob}"], Values((AceType.Deny, 0, Read, Ann), (AceType.Allow, 0, Read, Staff)));
        Assert.Equal([$"sid:{Ann}"], Values((AceType.Deny, 0, Read, "S-1-5-32-545"), (AceType.Allow, 0, Read, Everyone)));
        Assert.Equal([$"sid:{Ann}", $"sid:{Bob}"], Values((AceType.Allow, 0, Read, Staff), (AceType.Deny, 0, Read, Ann)));
        Assert.Empty(Values((AceType.Deny, 0, Read, Everyone), (AceType.Allow, 0, Read, Staff)));
    }

    [Fact]
    public void DenyingToWriteTakesNothing() =>
        Assert.Equal([$"sid:{Staff}"], Values((AceType.Deny, 0, 0x116, Ann), (AceType.Allow, 0, Read, Staff)));

    [Fact]
    public void AConditionGivesNothingAndTakesAlways()
    {
        Assert.Empty(Values((AceType.AllowIf, 0, Read, Ann)));
        Assert.Equal([$"sid:{Bob}"], Values((AceType.DenyIf, 0, Read, Ann), (AceType.Allow, 0, Read, Staff)));
    }

    [Fact]
    public void WhatOnlyChildrenInheritDoesNotCount() => Assert.Empty(Values((AceType.Allow, 0x08, Read, Ann)));

    [Fact]
    public void TheRightsOfTheOwnerAreTheOwners() => Assert.Equal([$"sid:{Bob}"], Values((AceType.Allow, 0, Read, "S-1-3-4")));

    [Fact]
    public async Task DocumentsListWhoMaySeeThem()
    {
        _tree.Lists["plan.txt"] = DescriptorBytes.Of(Bob, (AceType.Allow, 0, Read, Staff));
        await using var source = Open();
        var document = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents());
        Assert.Equal($"sid:{Staff}", Assert.Single(document.Json().GetProperty(AccessControl.FieldName).EnumerateArray()).GetString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("damaged")]
    public async Task AFileWhoseListCanNotBeReadIsNeitherWrittenNorDeleted(string? list)
    {
        _tree.Lists["plan.txt"] = list is null ? null : [1, 2, 3];
        await using var source = Open();
        var page = Assert.Single(await source.AllAsync(1, PageLimits.Default, Cancellation));
        Assert.Empty(page.Documents);
        Assert.Equal([new FileTree().Find(_folder["share/plan.txt"])!.Unix!.Inode.ToString(CultureInfo.InvariantCulture)], page.Unreadable);
        Assert.Null(page.Gap);
    }

    [Fact]
    public async Task AFolderWithoutListsIsRefusedBeforeAnySync()
    {
        _tree.Lists["share"] = null;
        await using var source = Open();
        foreach (var call in (Func<Task>[])[() => source.PingAsync(Cancellation), () => source.PartitionAsync(1, Cancellation)])
        {
            var failure = await Assert.ThrowsAsync<ConnectorException>(call);
            Assert.Contains("its file system shows no access list of Windows", failure.Message, StringComparison.Ordinal);
            Assert.Contains("use_document_level_security", failure.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>The kernel is asked, and this machine's own folders are on no share.</summary>
    [Fact]
    public async Task AFolderThatIsNoShareIsRefused()
    {
        await using var source = Open(tree: new FileTree());
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains(
            "its file system shows no access list of Windows. Mount the share by Linux' cifs",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task IdentitiesAreTheUsersOfTheFile()
    {
        await using var source = Open();
        var identities = await ((IAccessControlSource)source).ReadIdentitiesAsync(Cancellation).ToListAsync(Cancellation);
        Assert.Equal(["1001", "1002"], identities.Select(identity => identity.Id));
        Assert.Equal(
            [$"sid:{Bob}", $"sid:{Staff}", "sid:S-1-5-32-545", "user:bob"],
            identities[1].AccessControl.Order(StringComparer.Ordinal)
        );
        Assert.Equal(("user:bob", "rid:1002"), (identities[1].Identity["username"], identities[1].Identity["user_id"]));
    }

    [Theory]
    [InlineData("", "identity_mappings: required")]
    [InlineData("/nowhere/users.csv", "identity_mappings: '/nowhere/users.csv' can't be read")]
    public async Task AFileOfUsersThatIsMissingIsNamed(string path, string message)
    {
        await using var source = Open(path);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LinesOfAnotherFormArePassedOver()
    {
        var mappings = IdentityMappings.Parse(
            ["user;sid;groups", string.Empty, $"\"ann\";\"{Ann}\";\"{Staff},none\"", $"eve;{Ann}x;"],
            "users.csv"
        );
        var ann = Assert.Single(mappings.Users);
        Assert.Equal(("ann", Ann, Staff), (ann.Name, ann.Sid, Assert.Single(ann.Groups)));
    }

    [Fact]
    public void AFileWithoutUsersIsRefused() =>
        Assert.StartsWith(
            "identity_mappings: 'users.csv' lists no user.",
            Assert.Throws<ConnectorException>(() => IdentityMappings.Parse(["# none"], "users.csv")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void TwoUsersWhoseIdentitiesWouldBeOneAreRefused() =>
        Assert.StartsWith(
            "identity_mappings: the SIDs of ann and eve end with the same number (1001)",
            Assert
                .Throws<ConnectorException>(() => IdentityMappings.Parse([$"ann;{Ann};", "eve;S-1-5-21-7-8-9-1001;"], "users.csv"))
                .Message,
            StringComparison.Ordinal
        );

    private static IReadOnlyList<string> Values(params (AceType Type, byte Flags, uint Mask, string Sid)[] entries) =>
        new WindowsAccess(new ListedTree(), Mappings).Of(SecurityDescriptor.Parse(DescriptorBytes.Of(Bob, entries)));

    private NetworkDriveDataSource Open(string? users = null, IFileTree? tree = null)
    {
        if (users is null)
        {
            users = _folder["users.csv"];
            File.WriteAllLines(users, [$"ann;{Ann};{Staff}", $"bob;{Bob};{Staff},S-1-5-32-545"]);
        }

        var context = SomeSettings.Of(
            new JsonObject
            {
                ["directory"] = _folder["share"],
                ["server_ip"] = "10.0.0.5",
                ["drive_path"] = "team",
                ["use_document_level_security"] = true,
                ["identity_mappings"] = users,
            },
            new NetworkDriveDataSource(SourceContext.Empty).Description.Fields
        );
        return new NetworkDriveDataSource(context, tree ?? _tree);
    }

    /// <summary>The machine's files, with lists of Windows: everybody may read what none is given for.</summary>
    private sealed class ListedTree : IFileTree
    {
        private readonly FileTree _tree = new();

        public Dictionary<string, byte[]?> Lists { get; } = new(StringComparer.Ordinal);

        public IReadOnlyList<FolderEntry> List(string folder) => _tree.List(folder);

        public FileStatus? Find(string path) => _tree.Find(path);

        public PosixAcl? FindAcl(string path) => _tree.FindAcl(path);

        public byte[]? FindSecurityDescriptor(string path) =>
            Lists.TryGetValue(Path.GetFileName(path), out var list) ? list : DescriptorBytes.Of(Bob, (AceType.Allow, 0, Read, Everyone));

        public string? Resolve(string path) => _tree.Resolve(path);

        public Stream Open(string path) => _tree.Open(path);
    }
}
