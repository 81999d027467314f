using Connectors.Abstractions;
using Connectors.Functions.Orchestrations;
using Connectors.Tests.Support.InMemory;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Connectors.Tests.Functions.Engines;

/// <summary>
/// The local host stands for Durable Task in all other tests. Here the same syncs run on both, and end in the same state with the same
/// counts. Durable Task's engine works in real time, about a second for each round: so these are few.
/// </summary>
public sealed class BothEnginesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AFirstSyncAndOneWithNothingChanged(bool isOfficial)
    {
        await using var fixture = await BothEnginesFixture.StartAsync(isOfficial, new MemoryAppFixture());

        Assert.Equal(
            "Completed, completed, completed: 3 read, 0 skipped, 3 added, 0 updated, 0 deleted, 3 in the index, 0 staged",
            await fixture.SyncAsync()
        );
        Assert.Equal(
            "Completed, completed, completed: 3 read, 3 skipped, 0 added, 0 updated, 0 deleted, 3 in the index, 0 staged",
            await fixture.SyncAsync()
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatIsNewIsAddedWhatChangedIsUpdatedWhatIsGoneIsDeleted(bool isOfficial)
    {
        await using var fixture = await BothEnginesFixture.StartAsync(isOfficial, new MemoryAppFixture());
        await fixture.SyncAsync();
        fixture.App.Source = new MemorySource
        {
            Partitions =
            [
                [new("a", "v1"), new("b", "v2"), new("d", "v1")],
            ],
        };

        Assert.Equal(
            "Completed, completed, completed: 3 read, 1 skipped, 1 added, 1 updated, 1 deleted, 3 in the index, 0 staged",
            await fixture.SyncAsync()
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SeveralPartitions(bool isOfficial)
    {
        await using var fixture = await BothEnginesFixture.StartAsync(
            isOfficial,
            new MemoryAppFixture { Source = MemorySource.Numbered(3, 5) }
        );

        Assert.Equal(
            "Completed, completed, completed: 15 read, 0 skipped, 15 added, 0 updated, 0 deleted, 15 in the index, 0 staged",
            await fixture.SyncAsync()
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task APartitionThatContinuesAsNew(bool isOfficial)
    {
        // One page more than it takes to continue as new, three documents each.
        await using var fixture = await BothEnginesFixture.StartAsync(
            isOfficial,
            new MemoryAppFixture { Source = MemorySource.Numbered(1, 3 * (SyncPartition.MaxPages + 1)) }
        );

        Assert.Equal(
            "Completed, completed, completed: 27 read, 0 skipped, 27 added, 0 updated, 0 deleted, 27 in the index, 0 staged",
            await fixture.SyncAsync()
        );
        Assert.Equal(SyncPartition.MaxPages + 1, fixture.App.Source.PagesRead);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AJobThatIsCancelledInMidRun(bool isOfficial)
    {
        await using var fixture = await BothEnginesFixture.StartAsync(
            isOfficial,
            new MemoryAppFixture { Source = MemorySource.Numbered(1, 9) }
        );
        var job = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.App.Source.OnPage = async page =>
        {
            if (page == 2)
            {
                await fixture.App.Services.Api.CancelAsync(await job.Task, AppFixture.Token);
            }
        };
        job.SetResult(await fixture.StartSyncAsync());

        // The page before was written meanwhile or not: it may be either. Nothing after it is.
        var end = await fixture.EndOfAsync(await job.Task);
        Assert.StartsWith("Completed, canceled, canceled: ", end, StringComparison.Ordinal);
        Assert.EndsWith(", 0 staged", end, StringComparison.Ordinal);
        Assert.Equal(2, fixture.App.Source.PagesRead);
        Assert.InRange(fixture.App.Index.Documents.Count, 0, 3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnActivityThatFailsIsTriedAgain(bool isOfficial)
    {
        await using var fixture = await BothEnginesFixture.StartAsync(isOfficial, new MemoryAppFixture());
        fixture.App.Source.OnPage = page => page == 1 ? throw new ConnectorException(FailureKind.Retry, "reset") : Task.CompletedTask;

        Assert.Equal(
            "Completed, completed, completed: 3 read, 0 skipped, 3 added, 0 updated, 0 deleted, 3 in the index, 0 staged",
            await fixture.SyncAsync()
        );
        Assert.Equal(2, fixture.App.Source.PagesRead);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatNoRetryCanHelpEndsTheJobWithItsSentence(bool isOfficial)
    {
        await using var fixture = await BothEnginesFixture.StartAsync(isOfficial, new MemoryAppFixture());
        fixture.App.Source.OnPage = _ => throw new ConnectorException("The collection is gone.");

        Assert.Equal(
            "Completed, error, error: 0 read, 0 skipped, 0 added, 0 updated, 0 deleted, 0 in the index, 0 staged (The collection is gone.)",
            await fixture.SyncAsync()
        );
        Assert.Equal(1, fixture.App.Source.PagesRead);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ADryRunWritesNothing(bool isOfficial)
    {
        await using var fixture = await BothEnginesFixture.StartAsync(isOfficial, new MemoryAppFixture());
        var target = new SyncJobInput(SyncJobInput.DryRunPrefix + "1", "c1", DryRun: true);

        Assert.True(await fixture.StartAsync(target));

        Assert.Equal(
            "Completed, completed, no job: 3 read, 0 skipped, 3 added, 0 updated, 0 deleted, 0 in the index, 0 staged",
            await fixture.EndOfAsync(target.JobId)
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AJobIsStartedOnceWhileItRuns(bool isOfficial)
    {
        await using var fixture = await BothEnginesFixture.StartAsync(isOfficial, new MemoryAppFixture());
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.App.Source.OnPage = _ => gate.Task;
        var job = await fixture.StartSyncAsync();

        Assert.False(await fixture.StartAsync(new SyncJobInput(job, "c1")));
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() =>
            fixture.Client.ScheduleNewOrchestrationInstanceAsync(
                nameof(SyncJob),
                new SyncJobState { Target = new SyncJobInput(job, "c1") },
                new StartOrchestrationOptions(SyncJobInput.InstanceIdOf(job)).WithDedupeStatuses(
                    OrchestrationRuntimeStatus.Running,
                    OrchestrationRuntimeStatus.Pending
                ),
                AppFixture.Token
            )
        );
        gate.SetResult();

        Assert.Equal(
            "Completed, completed, completed: 3 read, 0 skipped, 3 added, 0 updated, 0 deleted, 3 in the index, 0 staged",
            await fixture.EndOfAsync(job)
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatTheJobsDocumentLostIsNotRun(bool isOfficial)
    {
        await using var fixture = await BothEnginesFixture.StartAsync(isOfficial, new MemoryAppFixture());

        Assert.True(await fixture.StartAsync(new SyncJobInput("gone", "c1")));

        Assert.Equal(
            "Completed, lost, no job: 0 read, 0 skipped, 0 added, 0 updated, 0 deleted, 0 in the index, 0 staged",
            await fixture.EndOfAsync("gone")
        );
        Assert.Equal(0, fixture.App.Source.PagesRead);
    }
}
