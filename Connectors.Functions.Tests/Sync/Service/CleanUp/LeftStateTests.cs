using Connectors.Emulator;
using Connectors.Sync.Protocol;
using Connectors.Sync.Service.Jobs;
using Connectors.Sync.Staging.LocalState;
using Connectors.Tests.Cli;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Service.CleanUp;

/// <summary>What a suspended sync keeps on this machine, when somebody ends its job from elsewhere: it is of no use any more.</summary>
public sealed class LeftStateTests : IDisposable
{
    private const string Canceled = """{"status": "canceled", "canceled_at": "2026-11-23T22:00:00Z"}""";
    private readonly TemporaryFolder _folder = new();
    private readonly LocalSyncStateStore _states;
    private readonly ServiceFixture _fixture;

    public LeftStateTests()
    {
        _states = new LocalSyncStateStore(_folder.Path);
        _fixture = new ServiceFixture { States = _states };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("poll")]
    [InlineData("sync")]
    public async Task ItGoesWithTheNextLook(string command)
    {
        var connector = _fixture.AddConnector();
        var canceled = await SuspendedAsync(connector);
        var failed = await SuspendedAsync(connector);
        var suspended = await SuspendedAsync(_fixture.AddConnector());
        Keep("of-another-cluster");
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, canceled, Canceled);
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, failed, """{"status": "error"}""");

        if (command == "poll")
        {
            await _fixture.RunOnceAsync();
        }
        else
        {
            await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token);
        }

        Assert.Equal([suspended, "of-another-cluster"], _states.Kept().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task WhatAProcessHoldsStays()
    {
        var connector = _fixture.AddConnector();
        var job = await SuspendedAsync(connector);
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, Canceled);
        using (_states.Open(job))
        {
            await _fixture.RunOnceAsync();
            Assert.Equal([job], _states.Kept());
        }

        await _fixture.RunOnceAsync();
        Assert.Empty(_states.Kept());
    }

    [Fact]
    public async Task ADryRunDeletesNothing()
    {
        var connector = _fixture.AddConnector();
        var job = await SuspendedAsync(connector);
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, Canceled);

        await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(DryRun: true), Token, Token);

        Assert.Equal([job], _states.Kept());
    }

    [Fact]
    public async Task WhoCancelsAJobOnThisMachineDeletesItAtOnce()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var cli = new CliRun(elasticsearch.Uri);
        cli.Variables["Connectors__service__state_dir"] = _folder.Path;
        foreach (var id in (string[])["waits", "held", "runs"])
        {
            elasticsearch.Put(
                ProtocolIndices.SyncJobs,
                id,
                $$"""
                {
                  "connector": {"id": "c"}, "status": "{{(id == "runs" ? "in_progress" : "suspended")}}",
                  "created_at": "2026-01-01T00:00:00Z", "last_seen": "2999-01-01T00:00:00Z"
                }
                """
            );
            Keep(id);
        }

        using var held = _states.Open("held");
        Assert.Equal(0, await cli.RunAsync("job", "cancel", "waits"));
        Assert.Equal("Job 'waits' is canceled.\n", cli.Out.ToString());
        Assert.Equal(0, await cli.RunAsync("job", "cancel", "held"));
        Assert.Equal(0, await cli.RunAsync("job", "cancel", "runs"));

        Assert.Equal(["held", "runs"], _states.Kept().Order(StringComparer.Ordinal));
    }

    private async Task<string> SuspendedAsync(string connector)
    {
        var job = await _fixture.AddJobAsync(connector, """{"status": "suspended"}""");
        Keep(job);
        return job;
    }

    private void Keep(string job) => _states.Open(job).Dispose();
}
