using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Staging.LocalState;

public sealed class LocalSyncStateTests : IDisposable
{
    // The mark, the job, the plan.
    private const int Header = 32;
    private readonly TemporaryFolder _folder = new();

    private CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task APlanThatCanNotBeKeptNamesTheSetting()
    {
        using var state = new LocalSyncStateStore(_folder.Path).Open("job");
        Directory.CreateDirectory(Path.Combine(state.Folder, "plan.json.new"));
        var plan = new StoredPlan
        {
            IndexName = "i",
            IndexUuid = "u",
            Fingerprint = "f",
            SkipUnchanged = true,
            Partitions = [],
            Snapshot = new SnapshotChecksum(0, 0, 0),
        };

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => state.WritePlanAsync(plan, Token));

        Assert.Contains($"The plan of the sync can't be kept in '{state.Folder}': ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "Give this process's user the right to write there, or set service.state_dir to another folder.",
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.False(LocalSyncState.HasPlan(state.Folder));
    }

    [Fact]
    public void AStateFolderThatIsNoSafePlaceIsNotSaidToBeAnotherProcesss()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no mode of a folder.");
        File.SetUnixFileMode(_folder.Path, File.GetUnixFileMode(_folder.Path) | UnixFileMode.OtherWrite);

        var failure = Assert.Throws<ConnectorException>(() => new LocalSyncStateStore(_folder.Path).Open("job"));

        Assert.Contains("' is no safe place: ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(". Mend that, or set service.state_dir to another folder.", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Another process", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A folder in place of a file is refused by the system as a file without the right to it is, and to root as well.</summary>
    [Fact]
    public void AStateFolderThatMayNotBeWrittenIsNotSaidToBeAnotherProcesss()
    {
        var store = new LocalSyncStateStore(_folder.Path);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "jobs", "job", "lock"));

        var failure = Assert.Throws<ConnectorException>(() => store.Open("job"));

        Assert.StartsWith("The state of the sync can't be kept in '", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "Give this process's user the right to write there, or set service.state_dir to another folder.",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ARecordThatWasCutOffAnywhereIsIgnoredAndTheRestStands()
    {
        var store = new LocalSyncStateStore(_folder.Path);
        using (var state = store.Open("job"))
        {
            state.OpenJournal(_ => { });
            for (var page = 0; page < 3; page++)
            {
                await state.AppendAsync(Page(page), Token);
            }
        }

        var path = Path.Combine(_folder.Path, "jobs", "job", "journal");
        var whole = await File.ReadAllBytesAsync(path, Token);
        var frame = (whole.Length - Header) / 3;
        for (var length = Header + frame; length <= whole.Length; length += 7)
        {
            await File.WriteAllBytesAsync(path, whole[..length], Token);
            using var state = store.Open("job");
            var records = new List<JournalRecord>();
            state.OpenJournal(records.Add);
            Assert.Equal((length - Header) / frame, records.Count);

            // What comes after is appended to what is good.
            await state.AppendAsync(Page(9), Token);
        }

        using var last = store.Open("job");
        var all = new List<JournalRecord>();
        last.OpenJournal(all.Add);
        var page9 = Assert.IsType<PageDone>(all[^1]);
        Assert.Equal(("token-9", 9L, 12), (page9.Next, page9.Counts.Read, page9.PageSeen.Ordinals.Single()));
    }

    [Fact]
    public async Task AFlippedBitEndsTheJournalThere()
    {
        var store = new LocalSyncStateStore(_folder.Path);
        using (var state = store.Open("job"))
        {
            state.OpenJournal(_ => { });
            await state.AppendAsync(Page(0), Token);
            await state.AppendAsync(Page(1), Token);
        }

        var path = Path.Combine(_folder.Path, "jobs", "job", "journal");
        var bytes = await File.ReadAllBytesAsync(path, Token);
        bytes[(bytes.Length / 2) + 30] ^= 4;
        await File.WriteAllBytesAsync(path, bytes, Token);

        using var again = store.Open("job");
        var records = new List<JournalRecord>();
        again.OpenJournal(records.Add);
        Assert.Equal("token-0", Assert.IsType<PageDone>(Assert.Single(records)).Next);
    }

    [Fact]
    public void AJobIdThatIsNoFileNameStaysInItsFolder()
    {
        var store = new LocalSyncStateStore(_folder.Path);
        using (store.Open("../../etc/passwd"))
        {
            Assert.StartsWith(
                "job-",
                Path.GetFileName(Assert.Single(Directory.GetDirectories(Path.Combine(_folder.Path, "jobs")))),
                StringComparison.Ordinal
            );
        }

        store.Forget("../../etc/passwd");
        Assert.Empty(Directory.GetDirectories(Path.Combine(_folder.Path, "jobs")));
    }

    private static PageDone Page(int number) =>
        new(0, "token-" + number, false, new SyncCounts(Read: number), null, null) { PageSeen = PageSeen(number) };

    private static Connectors.Sync.Diff.PageSeenIds PageSeen(int number)
    {
        var marks = new Connectors.Sync.Diff.PageSeenIds();
        marks.Ordinals.Add(number + 3);
        return marks;
    }
}
