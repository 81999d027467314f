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

public sealed class NetworkDriveDataSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.With("plan.txt", "docs/a.md", "docs/old/b.md");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FilesAndFoldersAreDocumentsWithTheIdsAndFieldsOfThePythonService()
    {
        var pages = await ReadAsync();
        var documents = pages.Documents().ToDictionary(document => document.Json().GetProperty("path").GetString()!);

        Assert.Equal(
            [
                @"\\10.0.0.5/team/shared\docs",
                @"\\10.0.0.5/team/shared\docs\a.md",
                @"\\10.0.0.5/team/shared\docs\old",
                @"\\10.0.0.5/team/shared\docs\old\b.md",
                @"\\10.0.0.5/team/shared\plan.txt",
            ],
            documents.Keys
        );
        var (file, folder) = (documents[@"\\10.0.0.5/team/shared\docs\a.md"], documents[@"\\10.0.0.5/team/shared\docs"]);
        Assert.Equal((Number("docs/a.md"), Number("docs")), (file.Id, folder.Id));
        Assert.Equal(("file", "a.md", 9L), (Text(file, "type"), Text(file, "title"), file.Json().GetProperty("size").GetInt64()));
        Assert.Equal(("folder", "docs", 0L), (Text(folder, "type"), Text(folder, "title"), folder.Json().GetProperty("size").GetInt64()));
        Assert.All(documents.Values, document => Assert.Null(document.Timestamp));
        Assert.Equal(3, pages.Sum(page => page.Contents.Count));
    }

    [Fact]
    public async Task AFileThatMovesKeepsItsDocumentAndTellsItsNewPath()
    {
        var id = Number("docs/old/b.md");
        var before = (await ReadAsync()).Documents().Single(document => document.Id == id).Body;
        Directory.Move(_folder["docs"], _folder["papers"]);

        var moved = (await ReadAsync()).Documents().Single(document => document.Id == id);

        Assert.Equal(@"\\10.0.0.5/team/shared\papers\old\b.md", Text(moved, "path"));
        Assert.NotEqual(before, moved.Body);
    }

    [Theory]
    [InlineData("team/shared/docs/**", "a.md old b.md")]
    [InlineData(@"team\shared\docs\*.md", "a.md")]
    [InlineData("**/*.txt", "plan.txt")]
    [InlineData("te*/**/old", "old")]
    public async Task AdvancedRulesBeginWithTheShare(string pattern, string expected)
    {
        var rules = new JsonArray(new JsonObject { ["pattern"] = pattern });
        Assert.Empty(NetworkDriveConfiguration.CheckRules(rules));

        Assert.Equal(expected.Split(' '), (await ReadAsync(rules: rules)).Documents().Select(document => Text(document, "title")));
    }

    [Fact]
    public async Task ARuleThatMeansNothingOfWhatIsMountedIsSaid()
    {
        var rules = new JsonArray(new JsonObject { ["pattern"] = "other/docs/**" });
        await using var source = Open(rules: rules);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PartitionAsync(1, Cancellation));

        Assert.Equal(
            "Advanced sync rules: 'other/docs/**' means nothing below drive_path ('team/shared'), which is all that is mounted. Begin the "
                + "pattern with the share, or mount more of it.",
            failure.Message
        );
    }

    [Theory]
    [InlineData("/team", "drive_path: '/team' begins with a slash. Write it without: share/folder.")]
    [InlineData(@"\\server\team", @"drive_path: '\\server\team' begins with a slash. Write it without: share/folder.")]
    [InlineData("", "drive_path: required, but empty. Set it in the connector's configuration.")]
    public async Task APathThatWouldBeWrongInDocumentsIsRefused(string drive, string message)
    {
        await using var source = Open(drive: drive);

        Assert.Equal(message, (await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation))).Message);
    }

    [Fact]
    public async Task AShareThatIsNotMountedNeverLooksEmptyAndThePingSaysWhatToDo()
    {
        Directory.Delete(_folder.Path, recursive: true);
        await using var source = Open();

        foreach (var call in (Func<Task>[])[() => source.PingAsync(Cancellation), () => source.PartitionAsync(1, Cancellation)])
        {
            Assert.Equal(
                $"directory: '{_folder.Path}' does not exist on this machine. Mount or create it, or correct the path.",
                (await Assert.ThrowsAsync<ConnectorException>(call)).Message
            );
        }

        Directory.CreateDirectory(_folder.Path);
        var empty = await Assert.ThrowsAsync<ConnectorException>(() => source.PartitionAsync(1, Cancellation));
        Assert.StartsWith($"directory: '{_folder.Path}' is empty, as a mount point is", empty.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rw,relatime,rw,vers=3.1.1,serverino", null)]
    [InlineData("rw,relatime,rw,vers=3.1.1", "is mounted without serverino")]
    public async Task AMountWhoseNumbersAreNotTheServersIsRefused(string options, string? problem)
    {
        await using var source = Open(new MountedTree(options));

        var failure = await Record.ExceptionAsync(() => source.PingAsync(Cancellation));

        Assert.Equal(problem is not null, failure is ConnectorException { Kind: FailureKind.Fatal });
        Assert.Contains(problem ?? "", failure?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhereFilesHaveNoNumbersItIsRefused()
    {
        await using var source = Open(new MountedTree("rw") { HasNumbers = false });

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));

        Assert.EndsWith("run the service on Linux.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileWhoseFactsCanNotBeHadStopsDeletes()
    {
        var tree = new BreakableTree(new BackendCalls())
        {
            BeforeFind = path => _ = path == _folder["plan.txt"] ? throw new IOException("Input/output error.") : 0,
        };
        await using var source = Open(tree);

        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);

        Assert.Equal(4, pages.Ids().Count);
        Assert.Equal(
            $"{_folder["plan.txt"]}: Input/output error.",
            Assert.Single(pages.Select(page => page.Gap).OfType<string>())
        );
    }

    private static string Text(ReadDocument document, string field) => document.Json().GetProperty(field).GetString()!;

    private string Number(string relative) => new FileTree().Find(_folder[relative])!.Unix!.Inode.ToString(CultureInfo.InvariantCulture);

    private async Task<IReadOnlyList<ReadPage>> ReadAsync(JsonNode? rules = null)
    {
        await using var source = Open(rules: rules);
        return await source.AllAsync(1, PageLimits.Default, Cancellation);
    }

    private NetworkDriveDataSource Open(IFileTree? tree = null, JsonNode? rules = null, string drive = "team/shared/") =>
        new(
            SomeSettings.Of(
                new JsonObject
                {
                    ["directory"] = _folder.Path,
                    ["server_ip"] = "10.0.0.5",
                    ["drive_path"] = drive,
                },
                NetworkDriveConfiguration.Fields
            ) with
            {
                AdvancedRules = rules,
            },
            tree ?? new FileTree()
        );

    /// <summary>The real file system, said to be a share.</summary>
    private sealed class MountedTree(string options) : IFileTree
    {
        private readonly FileTree _tree = new();

        public bool HasNumbers { get; init; } = true;

        public IReadOnlyList<FolderEntry> List(string folder) => _tree.List(folder);

        public FileStatus? Find(string path) => HasNumbers ? _tree.Find(path) : _tree.Find(path)! with { Unix = null };

        public PosixAcl? FindAcl(string path) => null;

        public string? Resolve(string path) => _tree.Resolve(path);

        public string? FileSystemOf(string path) => "cifs";

        public string? MountOptionsOf(string path) => options;

        public Stream Open(string path) => _tree.Open(path);
    }
}
