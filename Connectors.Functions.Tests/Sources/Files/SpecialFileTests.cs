using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Files;
using Connectors.Sync.Content;
using Connectors.Sync.Retries;
using Connectors.Testing;
using Connectors.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sources.Files;

/// <summary>What stands in a directory and is no file: opening it may wait for ever.</summary>
public sealed class SpecialFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.With("in/a.txt", "in/b.txt");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task OnlyOrdinaryFilesAreListedAndRead()
    {
        await MakePipeAsync("in/pipe.txt");
        File.CreateSymbolicLink(_folder["in/link.txt"], _folder["in/pipe.txt"]);
        File.CreateSymbolicLink(_folder["in/zero.txt"], "/dev/zero");
        File.CreateSymbolicLink(_folder["in/log.txt"], "/proc/kmsg");

        var pages = await ListAsync(followsOutside: true);

        string[] files = [_folder.IdOf("in/a.txt"), _folder.IdOf("in/b.txt")];
        Assert.Subset(files.Append(_folder.IdOf("in/log.txt")).ToHashSet(StringComparer.Ordinal), pages.Ids().ToHashSet());
        Assert.Subset(pages.Ids().ToHashSet(), files.ToHashSet());
    }

    [Fact]
    public async Task AFileThatBecameAPipeSinceItWasListedIsNotOpened()
    {
        var content = (await ListAsync()).SelectMany(page => page.Contents).Single(item => item.FileName == "a.txt");
        File.Delete(_folder["in/a.txt"]);
        await MakePipeAsync("in/a.txt");

        using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Token);

        Assert.Contains("no longer an ordinary file", text.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnOpeningThatNeverReturnsIsGivenUpByName()
    {
        await MakePipeAsync("in/pipe.txt");
        var content = new UncheckedContent(_folder["in/pipe.txt"]);

        await IsGivenUpAsync(content, content.Asked);

        // Lets the thread go that waits in the system call.
        await using var writer = new FileStream(_folder["in/pipe.txt"], FileMode.Open, FileAccess.Write);
    }

    [Fact]
    public async Task AReadThatNeverReturnsIsGivenUpByName()
    {
        var content = new StuckContent();

        await IsGivenUpAsync(content, content.Asked);

        content.LetGo();
    }

    private static async Task IsGivenUpAsync(DocumentContent content, Task asked)
    {
        var clock = new FakeTimeProvider();
        var retries = new BackoffPolicy(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        var calls = new SourceCalls("Directory", retries, TimeSpan.FromMinutes(10), clock, new Random(1), NullLogger.Instance);
        var reading = new ContentReader(new ContentOptions(), extractor: null, calls).ReadAsync(content, Token);
        await asked.WaitAsync(Token);
        while (!reading.IsCompleted)
        {
            Token.ThrowIfCancellationRequested();
            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => reading);
        Assert.Contains($"the content of '{content.FileName}'", failure.Message, StringComparison.Ordinal);
    }

    private async Task MakePipeAsync(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "made by mkfifo");
        using var mkfifo = System.Diagnostics.Process.Start("mkfifo", [_folder[path]]);
        await mkfifo.WaitForExitAsync(Token);
        Assert.Equal(0, mkfifo.ExitCode);
    }

    private async Task<IReadOnlyList<ReadPage>> ListAsync(bool followsOutside = false)
    {
        var configuration = new JsonObject
        {
            ["directory"] = new JsonObject { ["value"] = _folder["in"] },
            ["pattern"] = new JsonObject { ["value"] = "*.txt" },
            ["follow_links_outside"] = new JsonObject { ["value"] = followsOutside },
        };
        await using var source = new DirectoryDataSource(
            new SourceContext { Settings = SourceSettings.FromConfiguration(configuration, DirectoryConfiguration.Fields) },
            new BreakableTree(new BackendCalls())
        );
        return await source.AllAsync(1, new PageLimits(100, int.MaxValue), Token);
    }

    /// <summary>A pipe that takes a file's place in the moment between the look at it and the opening.</summary>
    private sealed class UncheckedContent(string path) : DocumentContent
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public override string FileName => "pipe.txt";

        public override long SizeInBytes => 10;

        public override Task<Stream> OpenAsync(CancellationToken cancellationToken)
        {
            _asked.TrySetResult();
            return Task.Run<Stream>(() => new FileTree().Open(path), cancellationToken);
        }
    }

    /// <summary>A file on a file system that is gone: a read blocks, and heeds nothing.</summary>
    private sealed class StuckContent : DocumentContent
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _gate = new();

        public Task Asked => _asked.Task;

        public override string FileName => "stuck.txt";

        public override long SizeInBytes => 10;

        public void LetGo() => _gate.Set();

        public override Task<Stream> OpenAsync(CancellationToken cancellationToken) => Task.FromResult<Stream>(new StuckStream(this));

        private sealed class StuckStream(StuckContent content) : MemoryStream
        {
            public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                content._asked.TrySetResult();
                content._gate.Wait(CancellationToken.None);
                return ValueTask.FromResult(0);
            }
        }
    }
}
