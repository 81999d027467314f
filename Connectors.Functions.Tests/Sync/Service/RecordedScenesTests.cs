using Connectors.Sync.Bulk;
using Connectors.Sync.Engine;
using Connectors.Sync.Service.Jobs;
using Xunit;

namespace Connectors.Tests.Sync.Service;

/// <summary>All eleven scenes of a connector's life under Elastic's own service, lived through by ours.</summary>
public sealed class RecordedScenesTests
{
    private const string Guard = "nearly everything vanished: the delete guard asks first";
    private const long Mebibyte = 1024 * 1024;

    /// <summary>Where we differ on purpose. An entry that is not needed any more fails the test.</summary>
    private static readonly (string Field, string Reason)[] Deliberate =
    [
        ("| job.metadata", "our own counts, and who works on the job"),
        ("4 completed | job.indexed_document_count", "unchanged documents are not written again"),
        ("4 completed | connector.last_indexed_document_count", "unchanged documents are not written again"),
        (
            "6 after validation | connector.filtering",
            "verdict and activation are one write: the recording shows the moment between its two"
        ),
        (
            "6 after validation of bad rules | connector.filtering",
            "the user's next edit does not keep valid rules from being activated; a pattern that is none is told"
        ),
        ("6 after a bad advanced rule | connector.filtering", "the same"),
        ("7 collection that does not exist | connector.error", "a sentence ends with a full stop"),
        ("7 host that does not answer | connector.error", "the words of another driver"),
        ("7 job against it | connector.error", "the words of another driver"),
        ("| connector.last_sync_error", "no class names in errors"),
        ("| job.error", "no class names in errors"),
        ("10 100,000 documents became 20 | job.status", Guard),
        ("10 100,000 documents became 20 | job.deleted_document_count", Guard),
        ("10 100,000 documents became 20 | job.total_document_count", Guard),
        ("10 100,000 documents became 20 | connector.status", Guard),
        ("10 100,000 documents became 20 | connector.error", Guard),
        ("10 100,000 documents became 20 | connector.last_sync_status", Guard),
        ("| connector.last_deleted_document_count", Guard),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ElevenScenesLeaveTheSameDocuments()
    {
        await using var life = await RecordedScenes.StartAsync();

        // 1 created
        await life.UserAsync("life-1");
        life.Snapshot("as Kibana made it");
        await life.RoundAsync();
        life.Snapshot("after the first look");

        // 2 configured
        await life.UserAsync("_configuration");
        life.Snapshot("after the user");
        await life.RoundAsync();
        life.Snapshot("connected");

        // 3 on demand
        await life.UserAsync("_sync_job");
        life.Snapshot("pending");
        var (run, end) = await BeginAsync(life, default);
        life.Snapshot("in progress");
        life.Fill(20);
        end.SetResult(Completed(new SyncCounts(Read: 20, Created: 20), 20));
        await run;
        life.Snapshot("completed");

        // 4 again
        await life.UserAsync("_sync_job");
        life.Engine.Script = (_, _, _, _) => Task.FromResult(Completed(new SyncCounts(Read: 20, Skipped: 20), 20));
        await life.RoundAsync();
        life.Snapshot("completed");

        // 5 scheduled
        await life.UserAsync("_scheduling");
        life.Clock.SetUtcNow(DateTimeOffset.Parse("2026-11-23T22:36:00.3Z", System.Globalization.CultureInfo.InvariantCulture));
        life.Engine.Script = (_, _, _, _) => Task.FromResult(Completed(new SyncCounts(Read: 20, Updated: 20), 20));
        await life.RoundAsync();
        await life.UserAsync("_scheduling");
        life.Snapshot("scheduled job completed");

        // 6 sync rules
        await life.UserAsync("_filtering");
        await life.RoundAsync();
        life.Snapshot("after validation");
        await life.UserAsync("_filtering");
        await life.RoundAsync();
        life.Snapshot("after validation of bad rules");
        await life.UserAsync("_filtering");
        await life.RoundAsync();
        life.Snapshot("after a bad advanced rule");
        await life.UserAsync("_filtering");
        await life.RoundAsync();

        // 7 wrong source
        life.Sources.Trouble = (host, collection) =>
            host!.Contains("27999", StringComparison.Ordinal) ? Refused
            : collection == "nothere"
                ? "Collection 'nothere' does not exist within database 'lab'. Existing collections: docs10k, docs100k, docs10ks, "
                    + "docs100ks, docs20"
            : null;
        await life.UserAsync("_configuration");
        await life.RoundAsync();
        life.Snapshot("collection that does not exist");
        await life.UserAsync("_sync_job");
        await life.RoundAsync();
        life.Snapshot("job against it");
        await life.UserAsync("_configuration");
        await life.RoundAsync();
        life.Snapshot("host that does not answer");
        await life.UserAsync("_sync_job");
        await life.RoundAsync();
        life.Snapshot("job against it");

        // 8 canceled
        await life.UserAsync("_configuration");
        await life.UserAsync("_sync_job");
        (run, end) = await BeginAsync(life, new SyncCounts(Created: 7_500, Bytes: 23 * Mebibyte));
        life.Fill(7_500);
        await life.UserAsync("_cancel");
        life.Snapshot("just after");
        await life.PassTimeUntilAsync(() => run.IsCompleted);
        life.Snapshot("canceled");

        // 9 suspended and taken up
        await life.UserAsync("_sync_job");
        using (var sigterm = new CancellationTokenSource())
        {
            (run, end) = await BeginAsync(life, new SyncCounts(Created: 7_500, Bytes: 22 * Mebibyte), sigterm.Token);
            await sigterm.CancelAsync();
            await run;
        }

        life.Snapshot("after SIGTERM");
        life.Restart();
        (run, end) = await BeginAsync(life, new SyncCounts(Created: 7_500, Bytes: 22 * Mebibyte));
        life.Snapshot("taken up");
        end.SetResult(Completed(new SyncCounts(Created: 100_000, Bytes: 308 * Mebibyte), 100_000));
        await run;
        life.Snapshot("completed");
        life.Fill(100_000);

        // 10 deletes
        await life.UserAsync("_configuration");
        await life.UserAsync("_sync_job");
        life.Engine.Script = (_, _, _, _) =>
            Task.FromResult(
                new SyncOutcome(
                    SyncEnd.Refused,
                    new SyncCounts(Read: 20, Updated: 20),
                    100_000,
                    new RejectionReport(),
                    "99,980 of 100,000 documents would be deleted."
                )
            );
        await life.RoundAsync();
        life.Snapshot("100,000 documents became 20");

        // 11 killed
        await life.UserAsync("_configuration");
        await life.UserAsync("_sync_job");
        using (var kill = new CancellationTokenSource())
        {
            (run, _) = await BeginAsync(life, default, kill: kill.Token);
            await kill.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        }

        life.Snapshot("after SIGKILL");
        life.Restart();
        (run, end) = await BeginAsync(life, default);
        life.Snapshot("8 s after the restart");
        await life.UserAsync("a job");
        life.Snapshot("after last_seen was made old");
        end.SetResult(Completed(new SyncCounts(Created: 100_000), 100_000));
        await run;

        Assert.Equal(0, life.LinesLeft);
        Assert.True(life.Compared > 3_000, $"only {life.Compared} fields were compared");
        var unexplained = life
            .Differences.Where(difference => !Deliberate.Any(known => difference.Key.Contains(known.Field, StringComparison.Ordinal)))
            .ToList();
        Assert.True(
            unexplained.Count == 0,
            $"{unexplained.Count} fields differ:\n{string.Join('\n', unexplained.Select(pair => $"{pair.Key}: {pair.Value}"))}"
        );
        Assert.All(Deliberate, known => Assert.Contains(life.Differences.Keys, key => key.Contains(known.Field, StringComparison.Ordinal)));
    }

    private const string Refused = "127.0.0.1:27999: [Errno 111] Connection refused";

    private static SyncOutcome Completed(SyncCounts counts, long total) => new(SyncEnd.Completed, counts, total, new RejectionReport());

    /// <summary>A round whose job runs until the test ends it, or until it is asked to stop.</summary>
    private static async Task<(Task<IReadOnlyList<SyncResult>> Run, TaskCompletionSource<SyncOutcome> End)> BeginAsync(
        RecordedScenes life,
        SyncCounts counts,
        CancellationToken stop = default,
        CancellationToken kill = default
    )
    {
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource<SyncOutcome>());
        life.Engine.Script = async (_, progress, stopReading, cancel) =>
        {
            progress.Add(counts);
            await using var stopped = stopReading.Register(() =>
                end.TrySetResult(new SyncOutcome(SyncEnd.Stopped, counts, 0, new RejectionReport()))
            );
            begun.SetResult();
            return await end.Task.WaitAsync(cancel);
        };
        var run = life.Service.RunOnceAsync(stop, kill.CanBeCanceled ? kill : Token);
        await Task.WhenAny(begun.Task, run);
        Assert.False(run.IsCompleted, "no job was taken");
        return (run, end);
    }
}
