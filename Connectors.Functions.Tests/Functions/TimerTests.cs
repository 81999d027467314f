using Connectors.Functions.Orchestrations;
using Connectors.Functions.Triggers;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using Xunit;

namespace Connectors.Tests.Functions;

public sealed class TimerTests
{
    private static CancellationToken Token => AppFixture.Token;

    [Fact]
    public async Task APollMakesTheJobsThatAreDueAndStartsThem()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector(
            "c1",
            """{"scheduling": {"full": {"enabled": true, "interval": "0 0 0 * * ?"}}, "last_sync_scheduled_at": "2026-01-01T00:00:00Z"}"""
        );
        fixture.AddConnector("c2");

        await fixture.FireAsync("PollConnectors");
        await fixture.EndOfAsync(Assert.Single(fixture.JobIds));
        await fixture.FireAsync("PollConnectors");

        Assert.Equal("completed", fixture.Status(Assert.Single(fixture.JobIds)));
        Assert.Equal("connected", fixture.Store[ProtocolIndices.Connectors, "c2"]["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task NoMoreSyncsRunThanAreAllowedAndTheOthersFollow()
    {
        await using var fixture = await new MemoryAppFixture { MaxConcurrentSyncs = 1 }.StartAsync();
        fixture.AddConnector("c1");
        fixture.AddConnector("c2");
        var gate = new TaskCompletionSource();
        fixture.Source.OnPage = _ => gate.Task;
        var first = await fixture.StartSyncAsync("c1");
        var second = await fixture.StartSyncAsync("c2");
        Assert.Equal("pending", fixture.Status(second));
        Assert.Null(await fixture.Host.Client.GetInstanceAsync(second, Token));

        gate.SetResult();
        await fixture.EndOfAsync(first);
        await fixture.FireAsync("PollConnectors");
        await fixture.EndOfAsync(second);

        Assert.Equal(("completed", "completed"), (fixture.Status(first), fixture.Status(second)));
    }

    [Fact]
    public async Task AJobThatADeadWorkerLeftBehindIsEndedByTheNextPollAndHoldsUpNobody()
    {
        await using var fixture = await new MemoryAppFixture { MaxConcurrentSyncs = 1 }.StartAsync();
        fixture.AddConnector("c1");
        fixture.AddConnector("c2");
        var dead = await LeftBehindAsync(fixture, "c1");
        var waiting = await fixture.StartSyncAsync("c2");
        Assert.Null(await fixture.Host.Client.GetInstanceAsync(waiting, Token));

        // It may be another service's that gave a sign of life a moment ago.
        fixture.Clock.Advance(TimeSpan.FromMinutes(4.9));
        await fixture.FireAsync("PollConnectors");
        Assert.Equal(("in_progress", "pending"), (fixture.Status(dead), fixture.Status(waiting)));

        fixture.Clock.Advance(TimeSpan.FromMinutes(0.2));
        await fixture.FireAsync("PollConnectors");
        await fixture.EndOfAsync(waiting);
        Assert.Equal(("error", "completed"), (fixture.Status(dead), fixture.Status(waiting)));
    }

    [Fact]
    public async Task ASilentJobThatNoPollHasJudgedYetDoesNotCountAgainstTheLimit()
    {
        await using var fixture = await new MemoryAppFixture { MaxConcurrentSyncs = 1 }.StartAsync();
        fixture.AddConnector("c1");
        fixture.AddConnector("c2");
        var dead = await LeftBehindAsync(fixture, "c1");
        fixture.Clock.Advance(TimeSpan.FromMinutes(5.1));

        var started = await fixture.StartSyncAsync("c2");
        await fixture.EndOfAsync(started);

        Assert.Equal(("in_progress", "completed"), (fixture.Status(dead), fixture.Status(started)));
    }

    [Fact]
    public async Task ASilentJobIsEndedUnlessItsOrchestrationLives()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        var connector = (await fixture.Services.Connectors.FindAsync(fixture.AddConnector(), Token))!;
        var dead = (
            await fixture.Services.Jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token)
        )!;
        var alive = (
            await fixture.Services.Jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token)
        )!;
        foreach (var job in (SyncJobRecord[])[dead, alive])
        {
            fixture.Store.Edit(ProtocolIndices.SyncJobs, job.Id, """{"status": "in_progress"}""");
        }

        await fixture.Host.Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(SyncJob),
            new SyncJobState { Target = SyncJobInput.Of(alive) },
            new StartOrchestrationOptions(alive.Id, fixture.Clock.GetUtcNow().AddHours(1)),
            Token
        );
        fixture.Clock.Advance(TimeSpan.FromMinutes(6));
        await fixture.FireAsync("CleanUp");

        Assert.Equal(("error", "in_progress"), (fixture.Status(dead.Id), fixture.Status(alive.Id)));
    }

    [Fact]
    public async Task WhatIsLeftOfSyncsThatEndedIsRemoved()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();
        var (jobId, _) = await fixture.SyncAsync();
        foreach (var name in (string[])["gone/plan", jobId + "/late"])
        {
            await fixture.Staging.PutAsync(name, Stream.Null, isText: false, Token);
        }

        await fixture.FireAsync("CleanUp");
        Assert.Empty(fixture.Staging.Contents);
        Assert.NotNull(await fixture.Host.Client.GetInstanceAsync(jobId, Token));

        fixture.Clock.Advance(TimeSpan.FromDays(8));
        await fixture.FireAsync("CleanUp");
        Assert.Null(await fixture.Host.Client.GetInstanceAsync(jobId, Token));
    }

    /// <summary>A job that runs, as far as its document says, with a sign of life at this moment.</summary>
    private static async Task<string> LeftBehindAsync(MemoryAppFixture fixture, string connectorId)
    {
        var connector = (await fixture.Services.Connectors.FindAsync(connectorId, Token))!;
        var job = (
            await fixture.Services.Jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token)
        )!;
        fixture.Store.Edit(
            ProtocolIndices.SyncJobs,
            job.Id,
            $$"""{"status": "in_progress", "last_seen": "{{fixture.Clock.GetUtcNow():o}}"}"""
        );
        return job.Id;
    }

    [Fact]
    public async Task AnOrchestrationThatSomebodyElseStartedMeanwhileIsNoError()
    {
        var client = new Mock<DurableTaskClient>("test");
        client.Setup(item => item.GetInstancesAsync("j1", false, It.IsAny<CancellationToken>())).ReturnsAsync((OrchestrationMetadata?)null);
        client
            .SetupSequence(item =>
                item.ScheduleNewOrchestrationInstanceAsync(
                    new TaskName(nameof(SyncJob)),
                    It.IsAny<object>(),
                    It.IsAny<StartOrchestrationOptions>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .ThrowsAsync(new Grpc.Core.RpcException(new Grpc.Core.Status(Grpc.Core.StatusCode.AlreadyExists, "there")))
            .ThrowsAsync(new InvalidOperationException("outer", new OrchestrationAlreadyExistsException("there")))
            .ThrowsAsync(new InvalidOperationException("storage is down"))
            .ReturnsAsync("j1");
        client.CallBase = true;
        var starter = new SyncStarter(NullLogger<SyncStarter>.Instance);
        var target = new SyncJobInput("j1", "c1");

        Assert.False(await starter.TryStartAsync(client.Object, target, Token));
        Assert.False(await starter.TryStartAsync(client.Object, target, Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => starter.TryStartAsync(client.Object, target, Token));
        Assert.True(await starter.TryStartAsync(client.Object, target, Token));
        client.Verify(item =>
            item.ScheduleNewOrchestrationInstanceAsync(
                new TaskName(nameof(SyncJob)),
                It.Is<object>(input => ((SyncJobState)input).Target == target),
                It.Is<StartOrchestrationOptions>(options =>
                    options.InstanceId == "j1"
                    && options.DedupeStatuses!.Contains("Running")
                    && !options.DedupeStatuses!.Contains("Completed")
                ),
                It.IsAny<CancellationToken>()
            )
        );
    }
}
