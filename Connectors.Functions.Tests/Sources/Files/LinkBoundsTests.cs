using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Files;
using Connectors.Sync.Content;
using Connectors.Testing;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sources.Files;

/// <summary>Somebody who may put files into the directory, but not read what the service may read.</summary>
public sealed class LinkBoundsTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.With(
        "in/a.txt",
        "in/b/c.txt",
        "outside/secret.txt",
        "outside/deep/secret.txt",
        "inside-out/secret.txt"
    );
    private readonly BreakableTree _tree = new(new BackendCalls());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("**/*.txt")]
    [InlineData("*.txt")]
    [InlineData("out/*.txt")]
    [InlineData("*/deep/*.txt")]
    public async Task LinksLeadNowhereOutsideOfTheDirectory(string pattern)
    {
        Link();

        var pages = await ReadAsync(pattern);

        string[] reachable = [_folder.IdOf("in/a.txt"), _folder.IdOf("in/b/c.txt"), _folder.IdOf("in/inner-link.txt")];
        Assert.Subset(reachable.ToHashSet(), pages.Ids().ToHashSet());
        Assert.Empty(pages.SelectMany(page => page.Unreadable));
        foreach (var content in pages.SelectMany(page => page.Contents))
        {
            using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);
            Assert.DoesNotContain("secret", System.Text.Encoding.UTF8.GetString(text.Utf8.Span), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WithTheSettingOnTheyDo()
    {
        Link();

        Assert.Contains(_folder.IdOf("in/link.txt"), (await ReadAsync("*.txt", followsOutside: true)).Ids());
        Assert.Equal([_folder.IdOf("in/out/secret.txt")], (await ReadAsync("out/*.txt", followsOutside: true)).Ids());
    }

    [Fact]
    public async Task AFileThatIsReplacedByALinkBetweenListingAndReadingIsNotRead()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "where an open file lies is asked of Linux");
        var contents = (await ReadAsync("**/*.txt")).SelectMany(page => page.Contents).ToArray();
        Assert.Equal(2, contents.Length);
        File.Delete(_folder["in/a.txt"]);
        File.CreateSymbolicLink(_folder["in/a.txt"], _folder["outside/secret.txt"]);

        // A folder on the way, too.
        System.IO.Directory.Delete(_folder["in/b"], recursive: true);
        _folder.Write("outside/c.txt", "secret");
        System.IO.Directory.CreateSymbolicLink(_folder["in/b"], _folder["outside"]);

        foreach (var content in contents)
        {
            using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);
            Assert.True(text.IsProblem);
            Assert.Contains("a link to a place outside of the directory has taken its place", text.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ADirectoryThatIsALinkItselfIsReadWhereItLeads()
    {
        System.IO.Directory.CreateSymbolicLink(_folder["way"], _folder["in"]);

        var pages = await ReadAsync("**/*.txt", directory: _folder["way"]);

        Assert.Equal(2, pages.Ids().Count);
        foreach (var content in pages.SelectMany(page => page.Contents))
        {
            using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);
            Assert.False(text.IsProblem);
        }
    }

    [Fact]
    public async Task AHardLinkIsAFileLikeAnyOther()
    {
        // Linux lets nobody make one to a file that is not theirs to read and write (fs.protected_hardlinks), and nothing tells it from the
        // file: docs/security.md says so.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "made by ln");
        using var ln = System.Diagnostics.Process.Start("ln", [_folder["outside/secret.txt"], _folder["in/hard.txt"]]);
        await ln.WaitForExitAsync(Cancellation);

        Assert.Contains(_folder.IdOf("in/hard.txt"), (await ReadAsync("*.txt")).Ids());
    }

    [Fact]
    public async Task AVastFileOfZerosIsNeitherReadNorStopsAnything()
    {
        using (var sparse = File.Create(_folder["in/zeros.txt"]))
        {
            sparse.SetLength(10L * 1024 * 1024 * 1024);
        }

        var pages = await ReadAsync("*.txt");
        var content = Assert.Single(pages.SelectMany(page => page.Contents), item => item.FileName == "zeros.txt");
        using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);

        Assert.False(text.HasText);
        Assert.Equal(2, pages.Ids().Count);
    }

    private void Link()
    {
        File.CreateSymbolicLink(_folder["in/link.txt"], "../outside/secret.txt");
        File.CreateSymbolicLink(_folder["in/absolute.txt"], _folder["outside/secret.txt"]);

        // A name that only begins like the directory's.
        File.CreateSymbolicLink(_folder["in/up.txt"], "../inside-out/secret.txt");
        System.IO.Directory.CreateSymbolicLink(_folder["in/out"], "../outside");
        File.CreateSymbolicLink(_folder["in/inner-link.txt"], "b/c.txt");
    }

    private async Task<IReadOnlyList<ReadPage>> ReadAsync(string pattern, bool followsOutside = false, string? directory = null)
    {
        var configuration = new JsonObject
        {
            ["directory"] = new JsonObject { ["value"] = directory ?? _folder["in"] },
            ["pattern"] = new JsonObject { ["value"] = pattern },
            ["follow_links_outside"] = new JsonObject { ["value"] = followsOutside },
        };
        await using var source = new DirectoryDataSource(
            new SourceContext { Settings = SourceSettings.FromConfiguration(configuration, DirectoryConfiguration.Fields) },
            _tree
        );
        return await source.AllAsync(1, new PageLimits(100, int.MaxValue), Cancellation);
    }
}
