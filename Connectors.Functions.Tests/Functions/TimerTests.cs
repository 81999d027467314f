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
    private static CancellationToken Token => FunctionsBed.Token;

    [Fact]
    public async Task APollMakesTheJobsThatAreDueAndStartsThem()
    {
        await using var bed = await new FunctionsBed().StartAsync();
        bed.AddConnector(
            "c1",
            """{"scheduling": {"full": {"enabled": true, "interval": "0 0 0 * * ?"}}, "last_sync_scheduled_at": "2026-01-01T00:00:00Z"}"""
        );
        bed.AddConnector("c2");

        await bed.FireAsync("PollConnectors");
        await bed.EndOfAsync(Assert.Single(bed.JobIds));
        await bed.FireAsync("PollConnectors");

        Assert.Equal("completed", bed.Status(Assert.Single(bed.JobIds)));
        Assert.Equal("connected", bed.Store[ProtocolIndices.Connectors, "c2"]["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task NoMoreSyncsRunThanAreAllowedAndTheOthersFollow()
    {
        await using var bed = await new FunctionsBed { MaxConcurrentSyncs = 1 }.StartAsync();
        bed.AddConnector("c1");
        bed.AddConnector("c2");
        var gate = new TaskCompletionSource();
        bed.Source.OnPage = _ => gate.Task;
        var first = await bed.StartSyncAsync("c1");
        var second = await bed.StartSyncAsync("c2");
        Assert.Equal("pending", bed.Status(second));
        Assert.Null(await bed.Host.Client.GetInstanceAsync(second, Token));

        gate.SetResult();
        await bed.EndOfAsync(first);
        await bed.FireAsync("PollConnectors");
        await bed.EndOfAsync(second);

        Assert.Equal(("completed", "completed"), (bed.Status(first), bed.Status(second)));
    }

    [Fact]
    public async Task AJobThatADeadWorkerLeftBehindIsEndedByTheNextPollAndHoldsUpNobody()
    {
        await using var bed = await new FunctionsBed { MaxConcurrentSyncs = 1 }.StartAsync();
        bed.AddConnector("c1");
        bed.AddConnector("c2");
        var dead = await LeftBehindAsync(bed, "c1");
        var waiting = await bed.StartSyncAsync("c2");
        Assert.Null(await bed.Host.Client.GetInstanceAsync(waiting, Token));

        // It may be another service's that gave a sign of life a moment ago.
        bed.Clock.Advance(TimeSpan.FromMinutes(4.9));
        await bed.FireAsync("PollConnectors");
        Assert.Equal(("in_progress", "pending"), (bed.Status(dead), bed.Status(waiting)));

        bed.Clock.Advance(TimeSpan.FromMinutes(0.2));
        await bed.FireAsync("PollConnectors");
        await bed.EndOfAsync(waiting);
        Assert.Equal(("error", "completed"), (bed.Status(dead), bed.Status(waiting)));
    }

    [Fact]
    public async Task ASilentJobThatNoPollHasJudgedYetDoesNotCountAgainstTheLimit()
    {
        await using var bed = await new FunctionsBed { MaxConcurrentSyncs = 1 }.StartAsync();
        bed.AddConnector("c1");
        bed.AddConnector("c2");
        var dead = await LeftBehindAsync(bed, "c1");
        bed.Clock.Advance(TimeSpan.FromMinutes(5.1));

        var started = await bed.StartSyncAsync("c2");
        await bed.EndOfAsync(started);

        Assert.Equal(("in_progress", "completed"), (bed.Status(dead), bed.Status(started)));
    }

    [Fact]
    public async Task ASilentJobIsEndedUnlessItsOrchestrationLives()
    {
        await using var bed = await new FunctionsBed().StartAsync();
        var connector = (await bed.Services.Connectors.FindAsync(bed.AddConnector(), Token))!;
        var dead = (
            await bed.Services.Jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token)
        )!;
        var alive = (
            await bed.Services.Jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token)
        )!;
        foreach (var job in (SyncJobRecord[])[dead, alive])
        {
            bed.Store.Edit(ProtocolIndices.SyncJobs, job.Id, """{"status": "in_progress"}""");
        }

        await bed.Host.Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(SyncJob),
            new SyncJobState { Target = SyncJobInput.Of(alive) },
            new StartOrchestrationOptions(alive.Id, bed.Clock.GetUtcNow().AddHours(1)),
            Token
        );
        bed.Clock.Advance(TimeSpan.FromMinutes(6));
        await bed.FireAsync("CleanUp");

        Assert.Equal(("error", "in_progress"), (bed.Status(dead.Id), bed.Status(alive.Id)));
    }

    [Fact]
    public async Task WhatIsLeftOfSyncsThatEndedIsRemoved()
    {
        await using var bed = await new FunctionsBed().StartAsync();
        bed.AddConnector();
        var (jobId, _) = await bed.SyncAsync();
        foreach (var name in (string[])["gone/plan", jobId + "/late"])
        {
            await bed.Staging.PutAsync(name, Stream.Null, isText: false, Token);
        }

        await bed.FireAsync("CleanUp");
        Assert.Empty(bed.Staging.Contents);
        Assert.NotNull(await bed.Host.Client.GetInstanceAsync(jobId, Token));

        bed.Clock.Advance(TimeSpan.FromDays(8));
        await bed.FireAsync("CleanUp");
        Assert.Null(await bed.Host.Client.GetInstanceAsync(jobId, Token));
    }

    /// <summary>A job that runs, as far as its document says, with a sign of life at this moment.</summary>
    private static async Task<string> LeftBehindAsync(FunctionsBed bed, string connectorId)
    {
        var connector = (await bed.Services.Connectors.FindAsync(connectorId, Token))!;
        var job = (
            await bed.Services.Jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token)
        )!;
        bed.Store.Edit(ProtocolIndices.SyncJobs, job.Id, $$"""{"status": "in_progress", "last_seen": "{{bed.Clock.GetUtcNow():o}}"}""");
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
