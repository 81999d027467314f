using Connectors.Abstractions;
using Connectors.Functions.Orchestrations;
using Connectors.LocalHost.Durable.Activities;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Functions.Orchestrations;

/// <summary>
/// The product in one sentence, through the orchestration: for any source, any index, any faults, activities that run twice, answers in any
/// order and hosts that are killed, after a sync the index equals the source, nothing was deleted that the source still has, and the counts
/// are what happened.
/// </summary>
public sealed class KilledHostPropertyTests
{
    private static readonly Gen<MemoryDocument> Document = Gen.Select(Gen.Int[0, 30], Gen.Int[0, 2], Gen.Bool, (id, text, hasTimestamp) =>
        new MemoryDocument("id-" + id, "text-" + text, hasTimestamp ? DateTimeOffset.UnixEpoch.AddDays(text) : null)
    );

    private static readonly Gen<Story> Stories = Gen.Select(
        Document.List[0, 30],
        Document.List[1, 30],
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 7]),
        Gen.Int[0, 11].Array[30],
        Gen.Int[0, 2],
        Gen.Int[0, 40].Array[0, 3],
        Gen.Int,
        (before, after, shape, faults, delivery, kills, seed) =>
            new Story(before, after, shape.Item1, shape.Item2, faults, (ActivityDelivery)delivery, kills, seed)
    );

    [Fact]
    public async Task AfterAnySyncTheIndexEqualsTheSource() =>
        await Stories.SampleAsync(
            async story =>
            {
                await using var fixture = await new MemoryAppFixture
                {
                    Source = story.Source(story.Before),
                    StepTime = new FastForwardTimeProvider(),
                    MaxDeletePercent = 100,
                    With = options =>
                        options with
                        {
                            Delivery = story.Delivery,
                            ShuffleResults = story.Seed % 2 == 0 ? new Random(story.Seed) : null,
                        },
                }.StartAsync();
                fixture.AddConnector();
                await fixture.SyncAsync();
                var before = fixture.Index.Documents.Keys.ToHashSet(StringComparer.Ordinal);
                fixture.Index.Deleted.Clear();

                var (jobId, summary) = await RunWithFaultsAsync(fixture, story);

                var listed = story.After.Select(document => document.Id).Distinct(StringComparer.Ordinal).ToList();
                Assert.Equal(
                    ("completed", "completed", null),
                    (summary.Status, fixture.Status(jobId), (string?)fixture.Job(jobId)["error"])
                );
                Assert.Equal(listed.Order(), fixture.Index.Documents.Keys.Order());
                Assert.DoesNotContain(fixture.Index.Deleted, listed.Contains);

                // Of a document that is listed twice the last listing wins, unless a step is executed twice at the same moment.
                Assert.All(fixture.Index.Documents, pair =>
                    Assert.Contains(
                        pair.Value["text"]!.GetValue<string>(),
                        story
                            .After.Where(document => document.Id == pair.Key)
                            .Select(document => document.Text)
                            .TakeLast(story.Delivery == ActivityDelivery.TwiceAtOnce ? int.MaxValue : 1)
                    )
                );

                var counts = summary.Counts;
                Assert.Equal((story.After.Count, story.After.Count - listed.Count), (counts.Read, counts.Duplicates));
                Assert.Equal(counts.Read, counts.Skipped + counts.Indexed + counts.Duplicates);
                Assert.Equal(listed.Count(id => !before.Contains(id)), counts.Created);

                // Of two that delete the same at the same moment, the one whose answer is kept may find that the other was faster.
                Assert.Equal(before.Count(id => !listed.Contains(id)), counts.Deleted + counts.AlreadyGone);
                var job = fixture.Job(jobId);
                Assert.Equal(
                    (counts.Indexed, counts.Deleted, fixture.Index.Documents.Count),
                    (
                        job["indexed_document_count"]!.GetValue<long>(),
                        job["deleted_document_count"]!.GetValue<long>(),
                        job["total_document_count"]!.GetValue<int>()
                    )
                );
                if (story.Delivery == ActivityDelivery.TwiceAtOnce || story.Kills.Length > 0)
                {
                    // What went on behind the orchestrator's back may stage something after its end: the clean-up finds it.
                    fixture.Staging.OnCall = null;
                    await fixture.FireAsync("CleanUp");
                }

                Assert.Empty(fixture.Staging.Contents);
            },
            iter: 60,
            threads: 2
        );

    private static async Task<(string JobId, SyncSummary Summary)> RunWithFaultsAsync(MemoryAppFixture fixture, Story story)
    {
        fixture.Index.OnBulk = request =>
            story.Faults[request % story.Faults.Length] switch
            {
                0 => new BulkFault(429),
                1 => new BulkFault(503),
                2 => new BulkFault(0, Applied: true),
                3 => new BulkFault(200, RefusedEvery: 2),
                4 => new BulkFault(413),
                _ => BulkFault.None,
            };
        fixture.Source = story.Source(story.After);
        fixture.Source.OnPage = page =>
            story.Faults[page % story.Faults.Length] == 1 && page < 60
                ? throw new ConnectorException(FailureKind.Retry, "reset")
                : Task.CompletedTask;
        var kills = new Queue<int>(story.Kills);
        var (calls, killing) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        fixture.Staging.OnCall = name =>
        {
            lock (kills)
            {
                if (kills.Count > 0 && ++calls > kills.Peek())
                {
                    calls = 0;
                    kills.Dequeue();
                    killing.TrySetResult();
                }
                else if (story.Faults[name.Length % story.Faults.Length] == 5 && calls % 7 == 3)
                {
                    throw new ConnectorException(FailureKind.Retry, "The storage account is busy.");
                }
            }
        };
        var jobId = await fixture.StartSyncAsync();
        while (true)
        {
            await Task.WhenAny(killing.Task, fixture.Host.WhenQuietAsync(AppFixture.Token));
            if (killing.Task.IsCompleted)
            {
                await fixture.Host.KillAsync();
                killing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await fixture.StartAsync();
            }
            else if (
                await fixture.Host.Client.GetInstanceAsync(jobId, getInputsAndOutputs: true, AppFixture.Token) is { IsCompleted: true } end
            )
            {
                return (jobId, end.ReadOutputAs<SyncSummary>()!);
            }
            else
            {
                fixture.Clock.Advance(TimeSpan.FromSeconds(30));
            }
        }
    }

    private sealed record Story(
        List<MemoryDocument> Before,
        List<MemoryDocument> After,
        int Partitions,
        int PageSize,
        int[] Faults,
        ActivityDelivery Delivery,
        int[] Kills,
        int Seed
    )
    {
        public MemorySource Source(List<MemoryDocument> documents) => MemorySource.Partitioned(documents, Partitions, PageSize);
    }
}
