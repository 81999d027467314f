using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Files;
using Connectors.Testing;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sources.Files;

public sealed class DirectoryAccessTests : IDisposable
{
    private readonly SharedFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ADocumentListsWhoMayReadItsFileAndEnterItsFolders()
    {
        var (user, group) = Owner();

        var access = await AccessAsync();

        Assert.Equal(["alice.txt", "all.txt", "closed/all.txt", "group.txt", "none.txt", "team.txt"], access.Keys.Order());
        Assert.Equal([$"user:{user}"], access["alice.txt"]);
        Assert.Equal([$"group:{group}", $"user:{user}"], access["team.txt"]);
        Assert.Equal([$"group:{group}"], access["group.txt"]);
        Assert.Equal(["everyone"], access["all.txt"]);
        Assert.Equal(["_nobody"], access["none.txt"]);
        Assert.Equal([$"user:{user}"], access["closed/all.txt"]);
    }

    [Fact]
    public async Task SwitchedOffNoDocumentListsAnybody()
    {
        await using var source = new DirectoryDataSource(new SourceContext { Settings = _folder.Settings(isOn: false) });
        using var page = await source.ReadPageAsync(await AllAsync(source), PageToken.Start, PageLimits.Default, Token);

        Assert.Equal(6, page.Count);
        Assert.All(Bodies(page), body => Assert.False(body.ContainsKey(AccessControl.FieldName)));
    }

    [Fact]
    public async Task AFolderAboveTheDirectoryCountsToo()
    {
        var (user, _) = Owner();
        _folder.SetAbove(0x1C0);

        Assert.Equal([$"user:{user}"], (await AccessAsync())["all.txt"]);
    }

    [Fact]
    public async Task ALinkGrantsNoAccessThatItsTargetDenies()
    {
        var (user, _) = Owner();
        File.CreateSymbolicLink(Path.Join(_folder.Files, "link.txt"), "closed/all.txt");
        File.CreateSymbolicLink(Path.Join(_folder.Files, "open.txt"), "all.txt");
        File.CreateSymbolicLink(Path.Join(_folder.Files, "closed", "in.txt"), "../all.txt");

        var access = await AccessAsync();

        Assert.Equal([$"user:{user}"], access["link.txt"]);
        Assert.Equal(["everyone"], access["open.txt"]);
        Assert.Equal([$"user:{user}"], access["closed/in.txt"]);
    }

    [Fact]
    public async Task WhatCanNotBeToldIsSeenByNobody()
    {
        var tree = new BreakableTree(new BackendCalls());
        tree.BeforeFind = path =>
        {
            if (path == Path.Join(_folder.Files, "closed"))
            {
                throw new IOException("Input/output error");
            }
        };

        var access = await AccessAsync(tree);

        Assert.Equal(["_nobody"], access["closed/all.txt"]);
        Assert.Equal(["everyone"], access["all.txt"]);
    }

    [Theory]
    [InlineData("cifs")]
    [InlineData("smb3")]
    [InlineData("fuse.sshfs")]
    [InlineData("9p")]
    public async Task WhereModesTellNothingTheDirectoryIsRefused(string type)
    {
        var tree = new BreakableTree(new BackendCalls()) { FileSystem = _ => type };
        await using var source = new DirectoryDataSource(new SourceContext { Settings = _folder.Settings() }, tree);
        await using var open = new DirectoryDataSource(new SourceContext { Settings = _folder.Settings(isOn: false) }, tree);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Token));
        await open.PingAsync(Token);

        Assert.Equal(
            $"directory: '{_folder.Files}' is on a file system ({type}) whose modes don't tell who may read a file. Switch "
                + "use_document_level_security off, or run the service where the files are.",
            failure.Message
        );
    }

    [Fact]
    public async Task FilesOfAFolderWhoseModesTellNothingAreSeenByNobody()
    {
        var tree = new BreakableTree(new BackendCalls())
        {
            FileSystem = path => path.EndsWith("/closed", StringComparison.Ordinal) ? "cifs" : "ext4",
        };

        var access = await AccessAsync(tree);

        Assert.Equal(["_nobody"], access["closed/all.txt"]);
        Assert.Equal(["everyone"], access["all.txt"]);
    }

    [Theory]
    [InlineData("/", "overlay")]
    [InlineData("/data", "ext4")]
    [InlineData("/data/team/x.txt", "cifs")]
    [InlineData("/data/teams", "ext4")]
    [InlineData("/data/my files/a", "fuse.sshfs")]
    [InlineData("/home", "overlay")]
    public void TheFileSystemOfAPathIsThatOfTheNearestMountAbove(string path, string type)
    {
        string[] mounts =
        [
            "22 1 0:21 / / rw,relatime - overlay overlay rw",
            "23 22 8:1 / /data rw shared:1 - xfs /dev/sda1 rw",
            "24 23 8:2 / /data rw shared:1 master:2 - ext4 /dev/sda2 rw",
            "25 24 0:40 / /data/team rw - cifs //server/team rw",
            @"26 24 0:41 / /data/my\040files rw - fuse.sshfs host: rw",
            "not a mount",
        ];

        Assert.Equal(type, LinuxMounts.FileSystemOf(path, mounts));
    }

    [Fact]
    public void TheRealTreeFollowsLinksAndKnowsPlainModes()
    {
        var tree = new FileTree();
        File.CreateSymbolicLink(Path.Join(_folder.Files, "link.txt"), "closed/all.txt");

        Assert.Equal(tree.Resolve(Path.Join(_folder.Files, "closed/all.txt")), tree.Resolve(Path.Join(_folder.Files, "link.txt")));
        Assert.Null(tree.Resolve(Path.Join(_folder.Files, "gone.txt")));
        Assert.Null(tree.FindAcl(Path.Join(_folder.Files, "all.txt")));
        Assert.Throws<IOException>(() => tree.FindAcl(Path.Join(_folder.Files, "gone.txt")));
    }

    [Fact]
    public async Task TheUsersOfTheSystemAreTheIdentities()
    {
        var (user, group) = Owner();
        await using var source = new DirectoryDataSource(new SourceContext { Settings = _folder.Settings() });

        var identities = await source.ReadIdentitiesAsync(Token).ToListAsync(Token);

        Assert.Equal(["alice", "bob", "carol"], identities.Select(identity => identity.Id));
        Assert.Equal(["group:4000001", "group:4000009", $"user:{user}"], identities[0].AccessControl.Order());
        Assert.Equal([$"group:{group}", "user:4000002"], identities[1].AccessControl.Order());
        Assert.Equal("carol", identities[2].Identity["username"]);
        Assert.Equal("4000003", identities[2].Identity["user_id"]);
    }

    [Fact]
    public async Task WithoutAFileOfUsersNothingIsSynced()
    {
        File.Delete(_folder.Users);
        await using var source = new DirectoryDataSource(new SourceContext { Settings = _folder.Settings() });

        var ping = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Token));
        var read = await Assert.ThrowsAsync<ConnectorException>(async () =>
            (await source.ReadPageAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Token)).Dispose()
        );

        Assert.StartsWith(
            $"users_file: '{_folder.Users}' can't be read, so it can't be told who may see what: ",
            ping.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(ping.Message, read.Message);
        Assert.Equal(FailureKind.Fatal, read.Kind);
    }

    private static async Task<SourcePartition> AllAsync(DirectoryDataSource source) => Assert.Single(await source.PartitionAsync(1, Token));

    private static IEnumerable<JsonObject> Bodies(SourcePage page) =>
        Enumerable.Range(0, page.Count).Select(index => JsonNode.Parse(page[index].Body.Span)!.AsObject());

    private (uint User, uint Group) Owner()
    {
        var facts = new FileTree().Find(_folder.Files)!.Unix!;
        return (facts.User, facts.Group);
    }

    private async Task<Dictionary<string, string[]>> AccessAsync(IFileTree? tree = null)
    {
        await using var source = new DirectoryDataSource(new SourceContext { Settings = _folder.Settings() }, tree ?? new FileTree());
        using var page = await source.ReadPageAsync(await AllAsync(source), PageToken.Start, PageLimits.Default, Token);
        return Bodies(page)
            .ToDictionary(
                body => Path.GetRelativePath(_folder.Files, body["path"]!.GetValue<string>()),
                body => body[AccessControl.FieldName]!.AsArray().Select(value => value!.GetValue<string>()).ToArray()
            );
    }
}
