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
    private static CancellationToken Token => FunctionsBed.Token;

    [Fact]
    public async Task AJobWhoseConnectorIsDeletedEndsAtItsNextSignOfLife()
    {
        await using var bed = await new FunctionsBed().StartAsync();
        bed.AddConnector();
        var (reached, gate) = (
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        bed.Source.OnPage = _ =>
        {
            reached.TrySetResult();
            return gate.Task;
        };
        var job = await bed.StartSyncAsync();
        await reached.Task;
        bed.Store.Edit(ProtocolIndices.Connectors, "c1", """{"deleted": true}""");

        bed.Clock.Advance(TimeSpan.FromSeconds(31));
        while (bed.Status(job) == "in_progress")
        {
            FunctionsBed.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        gate.SetResult();
        await bed.EndOfAsync(job);

        Assert.Equal("error", bed.Status(job));
        Assert.StartsWith(
            "The connector was deleted while this job ran.",
            bed.Job(job)["error"]!.GetValue<string>(),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(bed.Store.Updates, update =>
            update.Index == ProtocolIndices.Connectors && update.Partial.ContainsKey("last_synced")
        );
    }

    [Fact]
    public async Task ASyncRunsFromTheRequestToTheJobsEnd()
    {
        await using var bed = await new FunctionsBed().StartAsync();
        bed.AddConnector();
        await bed.SyncAsync();
        bed.Source = new MemorySource
        {
            Partitions =
            [
                [new("a", "v1"), new("b", "v2"), new("d", "v1")],
            ],
        };
        bed.Clock.Advance(TimeSpan.FromMinutes(1));

        var (jobId, summary) = await bed.SyncAsync();

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
        Assert.Equal(["a", "b", "d"], bed.Index.Documents.Keys.Order());
        var job = bed.Job(jobId);
        Assert.Equal(
            ("completed", 2, 1, 3),
            (
                bed.Status(jobId),
                job["indexed_document_count"]!.GetValue<int>(),
                job["deleted_document_count"]!.GetValue<int>(),
                job["total_document_count"]!.GetValue<int>()
            )
        );
        Assert.Equal("completed", bed.Store[ProtocolIndices.Connectors, "c1"]["last_sync_status"]!.GetValue<string>());
        Assert.Empty(bed.Staging.Contents);
    }

    [Theory]
    [InlineData(ActivityDelivery.TwiceInTurn)]
    [InlineData(ActivityDelivery.TwiceAtOnce)]
    public async Task ActivitiesThatRunTwiceAndAnswersOutOfOrderChangeNothing(ActivityDelivery delivery)
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            await using var bed = await new FunctionsBed
            {
                With = options => options with { Delivery = delivery, ShuffleResults = new Random(seed) },
                Source = Many(3, 25),
            }.StartAsync();
            bed.AddConnector();
            await bed.SyncAsync();
            bed.Source = Many(3, 23);

            var (_, summary) = await bed.SyncAsync();

            Assert.Equal(
                ("completed", 69L, 6L, 0L),
                (summary.Status, summary.Counts.Skipped, summary.Counts.Deleted, summary.Counts.AlreadyGone)
            );
            Assert.Equal(bed.Source.All.Select(document => document.Id).Order(), bed.Index.Documents.Keys.Order());
        }
    }

    [Fact]
    public async Task AHostThatIsKilledAgainAndAgainGoesOnWhereItWas()
    {
        await using var bed = await new FunctionsBed { Source = Many(2, 90, pageSize: 3) }.StartAsync();
        bed.AddConnector();
        var random = new Random(3);
        var kills = 0;
        var wanted = 4;
        TaskCompletionSource killing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bed.Staging.OnCall = _ =>
        {
            if (kills < 5 && Interlocked.Decrement(ref wanted) == 0)
            {
                killing.TrySetResult();
            }
        };
        var jobId = await bed.StartSyncAsync();
        while (kills < 5)
        {
            await Task.WhenAny(killing.Task, bed.Host.WhenQuietAsync(FunctionsBed.Token));
            if (!killing.Task.IsCompleted)
            {
                // What was under way when the host died is tried again after a while.
                Assert.False((await bed.Host.Client.GetInstanceAsync(jobId, FunctionsBed.Token))!.IsCompleted, $"over after {kills} kills");
                bed.Clock.Advance(TimeSpan.FromSeconds(30));
                continue;
            }

            await bed.Host.KillAsync();
            kills++;
            killing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref wanted, random.Next(3, 12));
            await bed.StartAsync();
        }

        bed.Staging.OnCall = null;
        var end = (await bed.EndOfAsync(jobId)).ReadOutputAs<SyncSummary>()!;

        Assert.Equal(("completed", 180L, 180L), (end.Status, end.Counts.Created, end.Counts.Read));
        Assert.Equal(180, bed.Index.Documents.Count);
        Assert.Equal("completed", bed.Status(jobId));
    }

    [Fact]
    public async Task WhatMayPassIsTriedAgainWithPauses()
    {
        await using var bed = await new FunctionsBed().StartAsync();
        bed.AddConnector();
        var start = bed.Clock.GetUtcNow();
        bed.Source.OnPage = page => page <= 3 ? throw new ConnectorException(FailureKind.Retry, "reset") : Task.CompletedTask;

        var (_, summary) = await bed.SyncAsync();

        Assert.Equal(("completed", 3L), (summary.Status, summary.Counts.Created));
        Assert.True(bed.Clock.GetUtcNow() - start >= (TimeSpan.FromSeconds(5 + 10 + 20) / 2));
    }

    [Fact]
    public async Task WhatLastsTooLongFailsTheJobWithItsSentence()
    {
        await using var bed = await new FunctionsBed().StartAsync();
        bed.AddConnector();
        var start = bed.Clock.GetUtcNow();
        bed.Source.OnPage = _ => throw new ConnectorException(FailureKind.Retry, "The backend does not answer.");

        var (jobId, summary) = await bed.SyncAsync();

        Assert.Equal(("error", "The backend does not answer."), (summary.Status, summary.Message));
        Assert.Equal(("error", "The backend does not answer."), (bed.Status(jobId), bed.Job(jobId)["error"]!.GetValue<string>()));
        Assert.InRange(bed.Clock.GetUtcNow() - start, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15));
        Assert.InRange(bed.Source.PagesRead, 3, 20);
        Assert.Empty(bed.Staging.Contents);
    }

    [Fact]
    public async Task WhatNoRetryCanHelpIsNotTriedAgain()
    {
        await using var bed = await new FunctionsBed
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
        bed.AddConnector();
        var start = bed.Clock.GetUtcNow();
        bed.Source.OnPage = page => page == 2 ? throw new ConnectorException("The collection is gone.") : Task.CompletedTask;

        var (jobId, summary) = await bed.SyncAsync();

        Assert.Equal(("error", "The collection is gone.", start), (summary.Status, summary.Message, bed.Clock.GetUtcNow()));
        Assert.Equal(("error", 2L), (bed.Status(jobId), summary.Counts.Created));
        Assert.Empty(bed.Index.Deleted);
    }

    [Fact]
    public async Task AnUnexpectedFailureIsToldWithoutItsText()
    {
        await using var bed = await new FunctionsBed { Ping = () => throw new InvalidOperationException("password=hunter2") }.StartAsync();
        bed.AddConnector();

        var (jobId, _) = await bed.SyncAsync();

        Assert.StartsWith(
            "Unexpected error (InvalidOperationException).",
            bed.Job(jobId)["error"]!.GetValue<string>(),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("hunter2", bed.Job(jobId)["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CancellingTakesEffectWithinAPage()
    {
        await using var bed = await new FunctionsBed { Source = Many(1, 30, pageSize: 3) }.StartAsync();
        bed.AddConnector();
        bed.Source.OnPage = async page =>
        {
            if (page == 4)
            {
                await bed.PostAsync($"syncs/{bed.JobIds[0]}/cancel");
            }
        };

        var (jobId, summary) = await bed.SyncAsync();

        Assert.Equal(("canceled", "canceled"), (summary.Status, bed.Status(jobId)));
        Assert.Equal(4, bed.Source.PagesRead);
        Assert.Empty(bed.Staging.Contents);
    }

    [Fact]
    public async Task WhileAStepWaitsForItsNextTryTheJobGivesSignsOfLife()
    {
        await using var bed = await new FunctionsBed { SourceRetryTimeLimit = TimeSpan.FromHours(1) }.StartAsync();
        bed.AddConnector();
        bed.Source.OnPage = page => page < 9 ? throw new ConnectorException(FailureKind.Retry, "reset") : Task.CompletedTask;
        var start = bed.Clock.GetUtcNow();
        var jobId = await bed.StartSyncAsync();
        while (true)
        {
            await bed.Host.WhenQuietAsync(Token);
            if (bed.Status(jobId) == "completed")
            {
                break;
            }

            var lastSeen = DateTimeOffset.Parse(bed.Job(jobId)["last_seen"]!.GetValue<string>(), CultureInfo.InvariantCulture);
            Assert.InRange(bed.Clock.GetUtcNow() - lastSeen, TimeSpan.Zero, TimeSpan.FromSeconds(30));
            bed.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.True(bed.Clock.GetUtcNow() - start > TimeSpan.FromMinutes(6));
    }

    [Fact]
    public async Task AJobThatAnotherWorkerEndedIsLeftAlone()
    {
        await using var bed = await new FunctionsBed { Source = Many(1, 30, pageSize: 3) }.StartAsync();
        bed.AddConnector();
        bed.Source.OnPage = page =>
        {
            if (page == 3)
            {
                bed.Store.Edit(ProtocolIndices.SyncJobs, bed.JobIds[0], """{"status": "error", "error": "ended by hand"}""");
            }

            return Task.CompletedTask;
        };

        var (jobId, summary) = await bed.SyncAsync();

        Assert.Equal(("lost", "ended by hand"), (summary.Status, bed.Job(jobId)["error"]!.GetValue<string>()));
    }

    [Fact]
    public async Task RefusedDeletesEndTheJobAsAnErrorAndUpsertsStand()
    {
        await using var bed = await new FunctionsBed { Source = Many(1, 30) }.StartAsync();
        bed.AddConnector();
        await bed.SyncAsync();
        bed.Source = new MemorySource
        {
            Partitions =
            [
                [.. Many(1, 10).All, new("new", "v1")],
            ],
        };

        var (jobId, summary) = await bed.SyncAsync();

        Assert.Equal(("error", 1L, 0L, 31), (summary.Status, summary.Counts.Created, summary.Counts.Deleted, bed.Index.Documents.Count));
        Assert.StartsWith(
            "Nothing was deleted: 20 of the index's 30 documents",
            bed.Job(jobId)["error"]!.GetValue<string>(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task RejectionsAreCountedOverTheWholeJob()
    {
        await using var bed = new FunctionsBed
        {
            Source = Many(1, 60),
            Rejections = new RejectionLimits
            {
                MaxTotal = 15,
                MaxConsecutive = 100,
                MaxRate = 1,
            },
        };
        await bed.StartAsync();
        bed.AddConnector();
        bed.Index.Reject = id => id.EndsWith("00", StringComparison.Ordinal) || id.EndsWith('5');
        var (fine, summary) = await bed.SyncAsync();
        Assert.Equal(("completed", 7L), (summary.Status, summary.Counts.Rejected));
        Assert.Equal(7, bed.Job(fine)["metadata"]!["rejections"]!["reasons"]!["document_parsing_exception"]!.GetValue<int>());

        bed.Index.Reject = _ => true;
        var (_, failed) = await bed.SyncAsync("""{"reindex": true}""");
        Assert.Contains(" documents in all (max_total_errors 15).", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnchangedSourceCompletesAtOnce()
    {
        await using var bed = await new FunctionsBed().StartAsync();
        bed.AddConnector();
        bed.Source.Change = new ChangeCheckResult(true, "mark-1");
        await bed.SyncAsync();
        var pages = bed.Source.PagesRead;
        bed.Source.Change = new ChangeCheckResult(false, "mark-1");

        var (jobId, summary) = await bed.SyncAsync();

        Assert.Equal(("completed", 0L, 3L, pages), (summary.Status, summary.Counts.Read, summary.TotalDocuments, bed.Source.PagesRead));
        Assert.Equal(3, bed.Job(jobId)["total_document_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task ADryRunIsAnOrchestrationWithoutAJob()
    {
        await using var bed = await new FunctionsBed().StartAsync();
        bed.AddConnector();
        await bed.SyncAsync();
        bed.Index.Written.Clear();
        bed.Source = new MemorySource
        {
            Partitions =
            [
                [new("a", "v1"), new("b", "v2"), new("d", "v1")],
            ],
        };

        var (id, summary) = await bed.SyncAsync("""{"dryRun": true}""");

        Assert.Equal(("completed", 1, 1, 1), (summary.Status, summary.Counts.Created, summary.Counts.Updated, summary.Counts.Deleted));
        Assert.Equal(
            ("d", "b", "c"),
            (Assert.Single(summary.Preview!.Added), Assert.Single(summary.Preview.Updated), Assert.Single(summary.Preview.Deleted))
        );
        Assert.Empty(bed.Index.Written);
        Assert.Single(bed.JobIds);
        Assert.Empty(bed.Staging.Contents);
        var shown = await bed.GetAsync($"syncs/{id}");
        Assert.Equal(
            ("completed", true, "d"),
            (shown["status"]!.GetValue<string>(), shown["dryRun"]!.GetValue<bool>(), shown["preview"]!["added"]![0]!.GetValue<string>())
        );
    }

    [Fact]
    public async Task AnInputThatCantBeReadFailsTheJob()
    {
        await using var bed = await new FunctionsBed().StartAsync();
        var connector = (await bed.Services.Connectors.FindAsync(bed.AddConnector(), Token))!;
        foreach (var input in (object[])["nonsense", new { Target = 3 }, new { }])
        {
            var job = (
                await bed.Services.Jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token)
            )!;
            bed.Store.Edit(ProtocolIndices.SyncJobs, job.Id, """{"status": "in_progress"}""");
            await bed.Host.Client.ScheduleNewOrchestrationInstanceAsync(
                nameof(SyncJob),
                input,
                new Microsoft.DurableTask.StartOrchestrationOptions(job.Id),
                Token
            );
            await bed.EndOfAsync(job.Id);

            Assert.Equal(
                ("error", "The sync could not be started, because its input is invalid. Start the sync again."),
                (bed.Status(job.Id), bed.Job(job.Id)["error"]!.GetValue<string>())
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
