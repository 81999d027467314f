using System.Globalization;
using Connectors.Abstractions;
using Connectors.Functions.Orchestrations;
using Connectors.LocalHost.Durable.Activities;
using Connectors.Sync.Bulk;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Functions.Orchestrations;

public sealed class SyncOrchestrationTests
{
    private static CancellationToken Token => AppFixture.Token;

    [Fact]
    public async Task AJobWhoseConnectorIsDeletedEndsAtItsNextSignOfLife()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();
        var (reached, gate) = (
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        fixture.Source.OnPage = _ =>
        {
            reached.TrySetResult();
            return gate.Task;
        };
        var job = await fixture.StartSyncAsync();
        await reached.Task;
        fixture.Store.Edit(ProtocolIndices.Connectors, "c1", """{"deleted": true}""");

        fixture.Clock.Advance(TimeSpan.FromSeconds(31));
        while (fixture.Status(job) == "in_progress")
        {
            AppFixture.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        gate.SetResult();
        await fixture.EndOfAsync(job);

        Assert.Equal("error", fixture.Status(job));
        Assert.StartsWith(
            "The connector was deleted while this job ran.",
            fixture.Job(job)["error"]!.GetValue<string>(),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(fixture.Store.Updates, update =>
            update.Index == ProtocolIndices.Connectors && update.Partial.ContainsKey("last_synced")
        );
    }

    [Fact]
    public async Task ASyncRunsFromTheRequestToTheJobsEnd()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();
        await fixture.SyncAsync();
        fixture.Source = new MemorySource
        {
            Partitions =
            [
                [new("a", "v1"), new("b", "v2"), new("d", "v1")],
            ],
        };
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));

        var (jobId, summary) = await fixture.SyncAsync();

        Assert.Equal(
            ("completed", 1, 1, 1, 1, 3),
            (
                summary.Status,
                summary.Counts.Created,
                summary.Counts.Updated,
                summary.Counts.Deleted,
                summary.Counts.Skipped,
                summary.TotalDocuments
            )
        );
        Assert.Equal(["a", "b", "d"], fixture.Index.Documents.Keys.Order());
        var job = fixture.Job(jobId);
        Assert.Equal(
            ("completed", 2, 1, 3),
            (
                fixture.Status(jobId),
                job["indexed_document_count"]!.GetValue<int>(),
                job["deleted_document_count"]!.GetValue<int>(),
                job["total_document_count"]!.GetValue<int>()
            )
        );
        Assert.Equal("completed", fixture.Store[ProtocolIndices.Connectors, "c1"]["last_sync_status"]!.GetValue<string>());
        Assert.Empty(fixture.Staging.Contents);
    }

    [Theory]
    [InlineData(ActivityDelivery.TwiceInTurn)]
    [InlineData(ActivityDelivery.TwiceAtOnce)]
    public async Task ActivitiesThatRunTwiceAndAnswersOutOfOrderChangeNothing(ActivityDelivery delivery)
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            await using var fixture = await new MemoryAppFixture
            {
                With = options => options with { Delivery = delivery, ShuffleResults = new Random(seed) },
                Source = Many(3, 25),
            }.StartAsync();
            fixture.AddConnector();
            await fixture.SyncAsync();
            fixture.Source = Many(3, 23);

            var (_, summary) = await fixture.SyncAsync();

            Assert.Equal(
                ("completed", 69L, 6L, 0L),
                (summary.Status, summary.Counts.Skipped, summary.Counts.Deleted, summary.Counts.AlreadyGone)
            );
            Assert.Equal(fixture.Source.All.Select(document => document.Id).Order(), fixture.Index.Documents.Keys.Order());
        }
    }

    [Fact]
    public async Task AHostThatIsKilledAgainAndAgainGoesOnWhereItWas()
    {
        await using var fixture = await new MemoryAppFixture { Source = Many(2, 90, pageSize: 3) }.StartAsync();
        fixture.AddConnector();
        var random = new Random(3);
        var kills = 0;
        var wanted = 4;
        TaskCompletionSource killing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Staging.OnCall = _ =>
        {
            if (kills < 5 && Interlocked.Decrement(ref wanted) == 0)
            {
                killing.TrySetResult();
            }
        };
        var jobId = await fixture.StartSyncAsync();
        while (kills < 5)
        {
            await Task.WhenAny(killing.Task, fixture.Host.WhenQuietAsync(AppFixture.Token));
            if (!killing.Task.IsCompleted)
            {
                // What was under way when the host died is tried again after a while.
                Assert.False(
                    (await fixture.Host.Client.GetInstanceAsync(jobId, AppFixture.Token))!.IsCompleted,
                    $"over after {kills} kills"
                );
                fixture.Clock.Advance(TimeSpan.FromSeconds(30));
                continue;
            }

            await fixture.Host.KillAsync();
            kills++;
            killing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref wanted, random.Next(3, 12));
            await fixture.StartAsync();
        }

        fixture.Staging.OnCall = null;
        var end = (await fixture.EndOfAsync(jobId)).ReadOutputAs<SyncSummary>()!;

        Assert.Equal(("completed", 180L, 180L), (end.Status, end.Counts.Created, end.Counts.Read));
        Assert.Equal(180, fixture.Index.Documents.Count);
        Assert.Equal("completed", fixture.Status(jobId));
    }

    [Fact]
    public async Task WhatMayPassIsTriedAgainWithPauses()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();
        var start = fixture.Clock.GetUtcNow();
        fixture.Source.OnPage = page => page <= 3 ? throw new ConnectorException(FailureKind.Retry, "reset") : Task.CompletedTask;

        var (_, summary) = await fixture.SyncAsync();

        Assert.Equal(("completed", 3L), (summary.Status, summary.Counts.Created));
        Assert.True(fixture.Clock.GetUtcNow() - start >= (TimeSpan.FromSeconds(5 + 10 + 20) / 2));
    }

    [Fact]
    public async Task WhatLastsTooLongFailsTheJobWithItsSentence()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();
        var start = fixture.Clock.GetUtcNow();
        fixture.Source.OnPage = _ => throw new ConnectorException(FailureKind.Retry, "The backend does not answer.");

        var (jobId, summary) = await fixture.SyncAsync();

        Assert.Equal(("error", "The backend does not answer."), (summary.Status, summary.Message));
        Assert.Equal(("error", "The backend does not answer."), (fixture.Status(jobId), fixture.Job(jobId)["error"]!.GetValue<string>()));
        Assert.InRange(fixture.Clock.GetUtcNow() - start, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15));
        Assert.InRange(fixture.Source.PagesRead, 3, 20);
        Assert.Empty(fixture.Staging.Contents);
    }

    [Fact]
    public async Task WhatNoRetryCanHelpIsNotTriedAgain()
    {
        await using var fixture = await new MemoryAppFixture
        {
            Source = new MemorySource
            {
                Partitions =
                [
                    [new("a", "v1")],
                    [new("b", "v1")],
                    [new("c", "v1")],
                ],
            },
        }.StartAsync();
        fixture.AddConnector();
        var start = fixture.Clock.GetUtcNow();
        fixture.Source.OnPage = page => page == 2 ? throw new ConnectorException("The collection is gone.") : Task.CompletedTask;

        var (jobId, summary) = await fixture.SyncAsync();

        Assert.Equal(("error", "The collection is gone.", start), (summary.Status, summary.Message, fixture.Clock.GetUtcNow()));
        Assert.Equal(("error", 2L), (fixture.Status(jobId), summary.Counts.Created));
        Assert.Empty(fixture.Index.Deleted);
    }

    [Fact]
    public async Task AnUnexpectedFailureOfOnesOwnSourceIsToldWithoutSecrets()
    {
        await using var fixture = await new MemoryAppFixture
        {
            Ping = () => throw new InvalidOperationException("password=hunter2"),
        }.StartAsync();
        fixture.AddConnector();

        var (jobId, _) = await fixture.SyncAsync();

        Assert.Matches(
            @"^Connectors\.Tests\.Functions\.MemoryAppFixture\+Pinged\w+ \(assembly Connectors\.Functions\.Tests\) failed with "
                + @"InvalidOperationException: password=\*\*\*\. The log of the service tells where, under error id [0-9a-f]{8}\.$",
            fixture.Job(jobId)["error"]!.GetValue<string>()
        );
        Assert.DoesNotContain("hunter2", fixture.Job(jobId)["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CancellingTakesEffectWithinAPage()
    {
        await using var fixture = await new MemoryAppFixture { Source = Many(1, 30, pageSize: 3) }.StartAsync();
        fixture.AddConnector();
        fixture.Source.OnPage = async page =>
        {
            if (page == 4)
            {
                await fixture.PostAsync($"syncs/{fixture.JobIds[0]}/cancel");
            }
        };

        var (jobId, summary) = await fixture.SyncAsync();

        Assert.Equal(("canceled", "canceled"), (summary.Status, fixture.Status(jobId)));
        Assert.Equal(4, fixture.Source.PagesRead);
        Assert.Empty(fixture.Staging.Contents);
    }

    [Fact]
    public async Task WhileAStepWaitsForItsNextTryTheJobGivesSignsOfLife()
    {
        await using var fixture = await new MemoryAppFixture { SourceRetryTimeLimit = TimeSpan.FromHours(1) }.StartAsync();
        fixture.AddConnector();
        fixture.Source.OnPage = page => page < 9 ? throw new ConnectorException(FailureKind.Retry, "reset") : Task.CompletedTask;
        var start = fixture.Clock.GetUtcNow();
        var jobId = await fixture.StartSyncAsync();
        while (true)
        {
            await fixture.Host.WhenQuietAsync(Token);
            if (fixture.Status(jobId) == "completed")
            {
                break;
            }

            var lastSeen = DateTimeOffset.Parse(fixture.Job(jobId)["last_seen"]!.GetValue<string>(), CultureInfo.InvariantCulture);
            Assert.InRange(fixture.Clock.GetUtcNow() - lastSeen, TimeSpan.Zero, TimeSpan.FromSeconds(30));
            fixture.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        // Eight retries: 5 s, doubled each time up to two minutes, and of each between one half and all is waited; the clock is moved by
        // 10 s, so that each wait may be told that much later.
        var longest = TimeSpan.FromSeconds(5 + 10 + 20 + 40 + 80 + 120 + 120 + 120);
        Assert.InRange(fixture.Clock.GetUtcNow() - start, longest / 2, longest + (8 * TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task AJobThatAnotherWorkerEndedIsLeftAlone()
    {
        await using var fixture = await new MemoryAppFixture { Source = Many(1, 30, pageSize: 3) }.StartAsync();
        fixture.AddConnector();
        fixture.Source.OnPage = page =>
        {
            if (page == 3)
            {
                fixture.Store.Edit(ProtocolIndices.SyncJobs, fixture.JobIds[0], """{"status": "error", "error": "ended by hand"}""");
            }

            return Task.CompletedTask;
        };

        var (jobId, summary) = await fixture.SyncAsync();

        Assert.Equal(("lost", "ended by hand"), (summary.Status, fixture.Job(jobId)["error"]!.GetValue<string>()));
    }

    [Fact]
    public async Task RefusedDeletesEndTheJobAsAnErrorAndUpsertsStand()
    {
        await using var fixture = await new MemoryAppFixture { Source = Many(1, 30) }.StartAsync();
        fixture.AddConnector();
        await fixture.SyncAsync();
        fixture.Source = new MemorySource
        {
            Partitions =
            [
                [.. Many(1, 10).All, new("new", "v1")],
            ],
        };

        var (jobId, summary) = await fixture.SyncAsync();

        Assert.Equal(
            ("error", 1L, 0L, 31),
            (summary.Status, summary.Counts.Created, summary.Counts.Deleted, fixture.Index.Documents.Count)
        );
        Assert.StartsWith(
            "Nothing was deleted: 20 of the index's 30 documents",
            fixture.Job(jobId)["error"]!.GetValue<string>(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task RejectionsAreCountedOverTheWholeJob()
    {
        await using var fixture = new MemoryAppFixture
        {
            Source = Many(1, 60),
            Rejections = new RejectionLimits
            {
                MaxTotal = 15,
                MaxConsecutive = 100,
                MaxRate = 1,
            },
        };
        await fixture.StartAsync();
        fixture.AddConnector();
        fixture.Index.Reject = id => id.EndsWith("00", StringComparison.Ordinal) || id.EndsWith('5');
        var (fine, summary) = await fixture.SyncAsync();
        Assert.Equal(("completed", 7L), (summary.Status, summary.Counts.Rejected));
        Assert.Equal(7, fixture.Job(fine)["metadata"]!["rejections"]!["reasons"]!["document_parsing_exception"]!.GetValue<int>());

        fixture.Index.Reject = _ => true;
        var (_, failed) = await fixture.SyncAsync("""{"reindex": true}""");
        Assert.Contains(" documents in all (max_total_errors 15).", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnchangedSourceCompletesAtOnce()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();
        fixture.Source.Change = new ChangeCheckResult(true, "mark-1");
        await fixture.SyncAsync();
        var pages = fixture.Source.PagesRead;
        fixture.Source.Change = new ChangeCheckResult(false, "mark-1");

        var (jobId, summary) = await fixture.SyncAsync();

        Assert.Equal(("completed", 0L, 3L, pages), (summary.Status, summary.Counts.Read, summary.TotalDocuments, fixture.Source.PagesRead));
        Assert.Equal(3, fixture.Job(jobId)["total_document_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task ADryRunIsAnOrchestrationWithoutAJob()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();
        await fixture.SyncAsync();
        fixture.Index.Written.Clear();
        fixture.Source = new MemorySource
        {
            Partitions =
            [
                [new("a", "v1"), new("b", "v2"), new("d", "v1")],
            ],
        };

        var (id, summary) = await fixture.SyncAsync("""{"dryRun": true}""");

        Assert.Equal(("completed", 1, 1, 1), (summary.Status, summary.Counts.Created, summary.Counts.Updated, summary.Counts.Deleted));
        Assert.Equal(
            ("d", "b", "c"),
            (Assert.Single(summary.Preview!.Added), Assert.Single(summary.Preview.Updated), Assert.Single(summary.Preview.Deleted))
        );
        Assert.Empty(fixture.Index.Written);
        Assert.Single(fixture.JobIds);
        Assert.Empty(fixture.Staging.Contents);
        var shown = await fixture.GetAsync($"syncs/{id}");
        Assert.Equal(
            ("completed", true, "d"),
            (shown["status"]!.GetValue<string>(), shown["dryRun"]!.GetValue<bool>(), shown["preview"]!["added"]![0]!.GetValue<string>())
        );
    }

    [Fact]
    public async Task AnInputThatCantBeReadFailsTheJob()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        var connector = (await fixture.Services.Connectors.FindAsync(fixture.AddConnector(), Token))!;
        foreach (var input in (object[])["nonsense", new { Target = 3 }, new { }])
        {
            var job = (
                await fixture.Services.Jobs.CreateAsync(
                    connector,
                    JobType.Full,
                    TriggerMethod.OnDemand,
                    new SyncJobOptions(),
                    key: null,
                    Token
                )
            )!;
            fixture.Store.Edit(ProtocolIndices.SyncJobs, job.Id, """{"status": "in_progress"}""");
            await fixture.Host.Client.ScheduleNewOrchestrationInstanceAsync(
                nameof(SyncJob),
                input,
                new Microsoft.DurableTask.StartOrchestrationOptions(job.Id),
                Token
            );
            await fixture.EndOfAsync(job.Id);

            Assert.Equal(
                ("error", "The sync could not be started, because its input is invalid. Start the sync again."),
                (fixture.Status(job.Id), fixture.Job(job.Id)["error"]!.GetValue<string>())
            );
        }
    }

    private static MemorySource Many(int partitions, int documents, int pageSize = 20) =>
        new()
        {
            PageSize = pageSize,
            Partitions =
            [
                .. Enumerable
                    .Range(0, partitions)
                    .Select(partition =>
                        Enumerable.Range(0, documents).Select(number => new MemoryDocument($"{partition}-{number:00}", "v1")).ToList()
                    ),
            ],
        };
}
