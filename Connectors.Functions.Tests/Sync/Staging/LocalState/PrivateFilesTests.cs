using Connectors.Abstractions;
using Connectors.Emulator;
using Connectors.LocalHost.Durable.History;
using Connectors.Sync.Engine;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;
using Connectors.Tests.Cli;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Staging.LocalState;

/// <summary>Folders with ids of documents in them: closed to others, and no way to other files.</summary>
public sealed class PrivateFilesTests : IDisposable
{
    private const UnixFileMode Folder700 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode File600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhatKeepsIdsIsForThisUserOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "modes are of Unix");
        var root = Path.Combine(_folder.Path, "made");
        using (var state = new LocalSyncStateStore(Path.Combine(root, "state")).Open("job"))
        {
            using (var ids = new IdSnapshotFile.Builder(state.Folder))
            {
                ids.Add("a"u8, default);
                await state.WritePlanAsync(Plan(ids.Complete()), Token);
            }

            state.OpenJournal(_ => { });
        }

        await new LocalStagingStore(Path.Combine(root, "staging")).PutAsync("job/plan/page", new MemoryStream([1]), isText: false, Token);
        await new LocalStagingStore(Path.Combine(root, "staging")).TryCreateAsync("job/mark", default, Token);
        using (var copies = ProcessFolder.Take(Path.Combine(root, "functions", "copies")))
        {
            copies.NewFolder();
            using var slot = Connectors.Sync.Service.Jobs.WorkerSlot.Take(Path.Combine(root, "worker"), "h", new Random(1));
            using var histories = new HistoryStore(Path.Combine(root, "histories"));
            await histories.BeginAsync(new ExecutionStarted(default, "i", "e", "f", null, default), Token);
            await using var emulator = await EmulatorServer.StartAsync(
                new EmulatorOptions { DataFolder = Path.Combine(root, "elasticsearch") },
                Token
            );
            emulator.Put("i", "1", "{}");
            Look(root);
        }
    }

    [Fact]
    public void AFolderThatCanBeWrittenIsLeftAsItWas()
    {
        PrivateFiles.RequireWritable(_folder.Path);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void AFolderThatCannotBeWrittenIsNamedAndNotTheFileThatWasTried()
    {
        var missing = Path.Combine(_folder.Path, "missing");

        var failure = Assert.Throws<IOException>(() => PrivateFiles.RequireWritable(missing));

        Assert.Contains($"'{missing}'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderThatIsNamedWithASlashAtItsEndIsTheSameFolder()
    {
        var store = new LocalStagingStore(_folder.Path + Path.DirectorySeparatorChar);

        Assert.True(await store.TryCreateAsync("job/mark", default, Token));

        Assert.True(await store.ExistsAsync("job/mark", Token));
    }

    [Fact]
    public void AFolderOfAnEarlierVersionIsClosed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "modes are of Unix");
        var jobs = Directory.CreateDirectory(Path.Combine(_folder.Path, "jobs", "job")).FullName;
        File.SetUnixFileMode(
            jobs,
            Folder700 | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute
        );

        new LocalSyncStateStore(_folder.Path).Open("job").Dispose();

        Assert.Equal(Folder700, File.GetUnixFileMode(jobs));
        Assert.Equal(Folder700, File.GetUnixFileMode(Path.GetDirectoryName(jobs)!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("jobs")]
    [InlineData("jobs/job")]
    public void OneThatOthersMayWriteToIsRefused(string below)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "owners are asked of Linux");
        var open = Directory.CreateDirectory(Path.Combine(_folder.Path, below)).FullName;
        File.SetUnixFileMode(open, File.GetUnixFileMode(open) | UnixFileMode.OtherWrite);

        var failure = Assert.Throws<ConnectorException>(() => new LocalSyncStateStore(_folder.Path).Open("job"));

        Assert.Contains(
            "is no safe place: other users may write there, and could change what is in it.",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task DoctorSaysSo()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "owners are asked of Linux");
        File.SetUnixFileMode(_folder.Path, File.GetUnixFileMode(_folder.Path) | UnixFileMode.OtherWrite);
        using var cli = new CliRun();
        cli.Variables["Connectors__service__state_dir"] = _folder.Path;

        await cli.RunAsync("doctor");

        Assert.Contains("is no safe place: other users may write there", cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("journal")]
    [InlineData("plan.json")]
    [InlineData("plan.json.new")]
    [InlineData("ids.entries")]
    [InlineData("ids.texts")]
    public async Task AFileThatALinkHasTakenThePlaceOfIsNotWrittenTo(string name)
    {
        using var fixture = new EngineFixture();
        await fixture.RunAsync(MemorySource.Holding("a", "b", "c"));
        var source = MemorySource.Holding("a", "b", "c", "d", "e", "f");
        source.OnPage = page => page == 2 ? throw new OperationCanceledException("killed") : Task.CompletedTask;
        fixture.Request = fixture.Request with { JobId = "job-2" };
        await Assert.ThrowsAsync<OperationCanceledException>(() => fixture.RunAsync(source));
        var victim = Path.Combine(_folder.Path, "precious");
        await File.WriteAllTextAsync(victim, "precious", Token);
        var place = Path.Combine(fixture.Options.StateFolder, "jobs", "job-2", name);
        File.Delete(place);
        File.CreateSymbolicLink(place, victim);
        source.OnPage = null;

        var outcome = await fixture.RunAsync(source);

        Assert.Equal("precious", await File.ReadAllTextAsync(victim, Token));
        Assert.Equal(SyncEnd.Completed, outcome.End);
        Assert.Equal(["a", "b", "c", "d", "e", "f"], fixture.Index.Documents.Keys.Order());
    }

    [Theory]
    [InlineData("jobs")]
    [InlineData("jobs/job")]
    public void AFolderThatIsALinkIsRefused(string below)
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(_folder.Path, "elsewhere")).FullName;
        var place = Path.Combine(_folder.Path, "state", below);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        Directory.CreateSymbolicLink(place, elsewhere);

        var failure = Assert.Throws<ConnectorException>(() => new LocalSyncStateStore(Path.Combine(_folder.Path, "state")).Open("job"));

        Assert.Contains("is a symbolic link to", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
    }

    private static StoredPlan Plan(SnapshotChecksum seal) =>
        new()
        {
            IndexName = "i",
            IndexUuid = "u",
            Fingerprint = "f",
            SkipUnchanged = true,
            Partitions = [],
            Snapshot = seal,
        };

    private static void Look(string root)
    {
        var (folders, files) = (0, 0);
        foreach (var entry in new DirectoryInfo(root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            // What only leads to the folders of others is not ours to close.
            var isFolder = entry is DirectoryInfo;
            Assert.Equal((entry.FullName, isFolder ? Folder700 : File600), (entry.FullName, entry.UnixFileMode));
            _ = isFolder ? folders++ : files++;
        }

        Assert.True(folders >= 12, $"{folders} folders");
        Assert.True(files >= 10, $"{files} files");
    }
}
