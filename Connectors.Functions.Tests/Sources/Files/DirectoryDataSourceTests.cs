using System.Net.Sockets;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sources.Files;
using Connectors.Sync.Content;
using Connectors.Testing;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sources.Files;

public sealed class DirectoryDataSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.With("a.txt", "b/c.md");
    private readonly BreakableTree _tree = new(new BackendCalls());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheIdIsThePythonServices() => Assert.Equal("f3918739ed0e2f356a1fca04ac2b4684", PythonServiceId.Of("/data/docs/a.txt"));

    [Fact]
    public async Task ADocumentHoldsTheFactsOfItsFile()
    {
        _folder.Write("b/Notes.TXT", "12345");
        var modified = new DateTime(2024, 2, 3, 4, 5, 6, 789, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(_folder["b/Notes.TXT"], modified);
        var document = (await ReadAsync()).Documents().Single(document => document.Id == _folder.IdOf("b/Notes.TXT"));
        var body = document.Json();
        Assert.Equal(_folder["b/Notes.TXT"], body.GetProperty("path").GetString());
        Assert.Equal("Notes.TXT", body.GetProperty("filename").GetString());
        Assert.Equal("txt", body.GetProperty("extension").GetString());
        Assert.Equal(5, body.GetProperty("size").GetInt64());
        Assert.Equal("2024-02-03T04:05:06.789Z", body.GetProperty("last_modified_time").GetString());
        Assert.Equal(new DateTimeOffset(modified, TimeSpan.Zero), document.Timestamp);
        Assert.Equal(OperatingSystem.IsLinux(), body.TryGetProperty("inode_number", out _));
    }

    [Fact]
    public async Task AFileThatVanishedAfterItWasListedIsGone()
    {
        var content = Assert.Single((await ReadAsync("*.txt")).SelectMany(page => page.Contents));
        File.Delete(_folder["a.txt"]);
        using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);
        Assert.Equal((true, $"{_folder["a.txt"]}: no longer there."), (text.IsGone, text.Reason));
    }

    [Fact]
    public async Task ItsContentIsTheFile()
    {
        var content = Assert.Single((await ReadAsync("*.txt")).SelectMany(page => page.Contents));
        using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);
        Assert.Equal("a.txt"u8.ToArray(), text.Utf8.ToArray());
    }

    [Fact]
    public async Task ContentThatIsGoneByThenIsAProblemOfThatFileOnly()
    {
        var contents = (await ReadAsync()).SelectMany(page => page.Contents).ToArray();
        File.Delete(_folder["a.txt"]);
        System.IO.Directory.Delete(_folder["b"], recursive: true);
        System.IO.Directory.CreateDirectory(_folder["b/c.md"]);
        foreach (var content in contents)
        {
            using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);
            Assert.True(text.IsProblem || text.IsGone);
            Assert.Matches("no longer (there|an ordinary file)", text.Reason);
        }
    }

    [Theory]
    [InlineData("", "directory: required, but empty. Set it in the connector's configuration.")]
    [InlineData("missing", "directory: '*missing' does not exist on this machine. Mount or create it, or correct the path.")]
    [InlineData("a.txt", "directory: '*a.txt' is a file. Give the path of a folder.")]
    public async Task ADirectoryThatIsNotThereNeverLooksEmpty(string directory, string message)
    {
        await using var source = Open(directory.Length == 0 ? directory : _folder[directory]);
        foreach (
            var call in new Func<Task>[]
            {
                () => source.PingAsync(Cancellation),
                () => source.PartitionAsync(1, Cancellation),
                () => source.ReadPageAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Cancellation),
            }
        )
        {
            var failure = await Assert.ThrowsAsync<ConnectorException>(call);
            Assert.Equal(FailureKind.Fatal, failure.Kind);
            Assert.Equal(message.Replace("*", _folder.Path + "/", StringComparison.Ordinal), failure.Message);
        }
    }

    [Fact]
    public async Task AFolderThatMayNotBeReadIsAGapAndTheRestIsRead()
    {
        _tree.BeforeList = folder => _ = folder == _folder["b"] ? throw new UnauthorizedAccessException("Access denied") : 0;
        var pages = await ReadAsync();
        Assert.Equal([_folder.IdOf("a.txt")], pages.Ids());
        Assert.Equal(
            $"{_folder["b"]}: the folder can't be read (Access denied)",
            pages.Single(page => page.Gap is not null).Gap
        );
    }

    [Fact]
    public async Task ADirectoryThatMayNotBeReadIsFatal()
    {
        _tree.BeforeList = _ => throw new UnauthorizedAccessException("Access denied");
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync());
        Assert.Equal(FailureKind.Fatal, failure.Kind);
        Assert.Equal($"directory: '{_folder.Path}' may not be read by this process's user. Grant it read access.", failure.Message);
    }

    [Fact]
    public async Task AFileWhoseFactsCanNotBeHadIsNeitherWrittenNorDeleted()
    {
        _tree.BeforeFind = path => _ = path == _folder["a.txt"] ? throw new IOException("Input/output error") : 0;
        var pages = await ReadAsync();
        Assert.Equal([_folder.IdOf("b/c.md")], pages.Ids());
        Assert.Equal([_folder.IdOf("a.txt")], pages.SelectMany(page => page.Unreadable));
        Assert.All(pages, page => Assert.Null(page.Gap));
    }

    [Fact]
    public async Task AFileThatVanishesBetweenListingAndReadingIsJustGone()
    {
        _tree.BeforeFind = path =>
        {
            if (path == _folder["a.txt"])
            {
                File.Delete(path);
            }
        };
        var pages = await ReadAsync();
        Assert.Equal([_folder.IdOf("b/c.md")], pages.Ids());
        Assert.Empty(pages.SelectMany(page => page.Problems));
    }

    [Fact]
    public async Task ADirectoryThatIsUnmountedInMidReadIsAFailureAndNotAnEmptyFolder()
    {
        using var elsewhere = TemporaryFolder.With("x");
        _tree.BeforeFind = path =>
        {
            if (path == _folder["a.txt"] && File.Exists(path))
            {
                System.IO.Directory.Move(_folder.Path, elsewhere["moved"]);
                System.IO.Directory.CreateDirectory(_folder.Path);
            }
        };
        if (OperatingSystem.IsLinux())
        {
            var failure = await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync());
            Assert.Contains("is not the folder that this sync began with", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ADirectoryThatIsUnmountedBetweenTwoPagesIsAFailureToo()
    {
        await using var source = Open(_folder.Path);
        var partition = (await source.PartitionAsync(1, Cancellation))[0];
        var first = await source.PageAsync(partition, PageToken.Start, new PageLimits(1, 1000), Cancellation);
        System.IO.Directory.Delete(_folder.Path, recursive: true);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            source.PageAsync(partition, first.Next, PageLimits.Default, Cancellation)
        );
        Assert.Equal(FailureKind.Fatal, failure.Kind);
        _folder.Write("new.txt", "the directory is there again");
    }

    [Fact]
    public async Task LinksToFoldersAreFollowedOnlyWhereThePatternNamesThem()
    {
        System.IO.Directory.CreateSymbolicLink(_folder["b/up"], "..");
        Assert.Equal(2, (await ReadAsync()).Ids().Count);
        Assert.Equal([_folder.IdOf("b/up/a.txt")], (await ReadAsync("b/up/*.txt")).Ids());
    }

    [Fact]
    public async Task LinksToFilesAreReadAndThoseThatLeadNowhereAreReported()
    {
        File.CreateSymbolicLink(_folder["link.txt"], "a.txt");
        File.CreateSymbolicLink(_folder["dangling.txt"], "nowhere");
        File.CreateSymbolicLink(_folder["loop.txt"], "loop.txt");
        var pages = await ReadAsync("*.txt");
        Assert.Equal([_folder.IdOf("a.txt"), _folder.IdOf("link.txt")], pages.Ids());
        Assert.Equal(
            5,
            pages.Documents().Single(document => document.Id == _folder.IdOf("link.txt")).Json().GetProperty("size").GetInt64()
        );
        Assert.Equal([_folder.IdOf("dangling.txt"), _folder.IdOf("loop.txt")], pages.SelectMany(page => page.Unreadable));
        Assert.All(pages, page => Assert.Null(page.Gap));
    }

    [Fact]
    public async Task SocketsAndPipesAreNoDocuments()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder["s.sock"]));
        var pages = await ReadAsync("*.*");
        Assert.Equal([_folder.IdOf("a.txt")], pages.Ids());
        Assert.Empty(pages.SelectMany(page => page.Problems));
    }

    [Fact]
    public async Task NamesThatAreNotUtf8AreReported()
    {
        if (!OperatingSystem.IsLinux())
        {
            // Elsewhere the file system refuses such names.
            return;
        }

        await ShellAsync(@"f=$(printf 'x\377'); mkdir $f; touch $f/1.txt $f.txt");
        var pages = await ReadAsync();
        Assert.Equal(2, pages.Ids().Count);
        var reasons = pages.SelectMany(page => page.Problems).Select(problem => problem.Reason).ToArray();
        Assert.Equal(2, reasons.Length);
        Assert.All(reasons, reason => Assert.Contains("not valid UTF-8. Rename it.", reason, StringComparison.Ordinal));
        Assert.All(pages, page => Assert.Null(page.Gap));
        await ShellAsync("rm -r x*"); // .NET can't delete what it can't name
    }

    [Fact]
    public async Task ALargeFolderIsListedOnceAndNotOncePerPage()
    {
        using var large = TemporaryFolder.With(Enumerable.Range(0, 60).Select(number => $"{number}.txt"));
        var lists = 0;
        _tree.BeforeList = _ => lists++;
        Assert.Equal(60, (await ReadAsync(directory: large.Path, pageSize: 7)).Ids().Count);
        Assert.Equal(2, lists); // once to divide, once to read
    }

    private async Task ShellAsync(string command)
    {
        using var shell = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("sh", ["-c", command]) { WorkingDirectory = _folder.Path }
        )!;
        await shell.WaitForExitAsync(Cancellation);
        Assert.Equal(0, shell.ExitCode);
    }

    private async Task<IReadOnlyList<ReadPage>> ReadAsync(string? pattern = null, string? directory = null, int pageSize = 100)
    {
        await using var source = Open(directory ?? _folder.Path, pattern);
        return await source.AllAsync(1, new PageLimits(pageSize, int.MaxValue), Cancellation);
    }

    private DirectoryDataSource Open(string directory, string? pattern = null)
    {
        var configuration = new JsonObject
        {
            ["directory"] = new JsonObject { ["value"] = directory },
            ["pattern"] = new JsonObject { ["value"] = pattern },
        };
        return new DirectoryDataSource(
            new SourceContext { Settings = SourceSettings.FromConfiguration(configuration, DirectoryConfiguration.Fields) },
            _tree
        );
    }
}
