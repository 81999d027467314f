using Connectors.Sync.Configuration;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Admission;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

/// <summary>The one place that says which jobs may be taken, whichever host asks.</summary>
public sealed class JobAdmissionTests
{
    private readonly ServiceFixture _fixture = new();
    private readonly RecordingHost _host = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheOldestJobOfEachConnectorIsTakenAndNoMoreThanTheLimitAllows()
    {
        var (c1, c2, c3) = (_fixture.AddConnector(), _fixture.AddConnector(), _fixture.AddConnector());
        var first = await _fixture.AddJobAsync(c1);
        await _fixture.AddJobAsync(c1);
        var second = await _fixture.AddJobAsync(c2);
        await _fixture.AddJobAsync(c3);

        Assert.Equal(2, await Admission(limit: 2).StartAsync(_host, Token));
        Assert.Equal([first, second], _host.Started);
    }

    [Fact]
    public async Task WhatTheHostRunsAlreadyCountsAgainstTheLimit()
    {
        _host.Running = new RunningJobs(Content: 1, AccessControl: 0);
        var first = await _fixture.AddJobAsync(_fixture.AddConnector());
        await _fixture.AddJobAsync(_fixture.AddConnector());

        await Admission(limit: 2).StartAsync(_host, Token);

        Assert.Equal([first], _host.Started);
    }

    [Fact]
    public async Task AJobThatTheHostDidNotStartTakesNoPlace()
    {
        var first = await _fixture.AddJobAsync(_fixture.AddConnector());
        var second = await _fixture.AddJobAsync(_fixture.AddConnector());
        _host.Refuses = first;

        Assert.Equal(1, await Admission(limit: 1).StartAsync(_host, Token));
        Assert.Equal([second], _host.Started);
    }

    [Fact]
    public async Task IdentitiesHaveALimitOfTheirOwn()
    {
        _host.Running = new RunningJobs(Content: 1, AccessControl: 0);
        var c1 = _fixture.AddConnector();
        await _fixture.AddJobAsync(c1);
        var identities = await _fixture.AddJobAsync(c1, """{"job_type": "access_control"}""");

        await Admission(limit: 1).StartAsync(_host, Token);

        Assert.Equal([identities], _host.Started);
    }

    [Fact]
    public async Task JobsOfConnectorsThatAreNotServedAreLeftToOthers()
    {
        await _fixture.AddJobAsync(_fixture.AddConnector("""{"service_type": "mongodb"}"""));

        Assert.Equal(0, await Admission(limit: 4).StartAsync(_host, Token));
        Assert.Empty(_host.Started);
    }

    [Fact]
    public async Task ARunningJobHoldsItsConnectorAndASilentOneIsNotCountedAsRunning()
    {
        var (c1, c2) = (_fixture.AddConnector(), _fixture.AddConnector());
        var running = await _fixture.AddJobAsync(c1, $$"""{"status": "in_progress", "last_seen": "{{Now()}}"}""");
        await _fixture.AddJobAsync(c1);
        await _fixture.AddJobAsync(c2, """{"status": "in_progress", "last_seen": "2026-11-23T21:00:00+00:00"}""");

        Assert.Equal(0, await Admission(limit: 4).StartAsync(_host, Token));
        Assert.Equal([running], _host.Asked);
    }

    [Fact]
    public async Task AnAbandonedJobIsTakenBeforeTheNextOneOfItsConnector()
    {
        var c1 = _fixture.AddConnector();
        var abandoned = await _fixture.AddJobAsync(c1, $$"""{"status": "in_progress", "last_seen": "{{Now()}}"}""");
        await _fixture.AddJobAsync(c1);
        _host.Abandoned = abandoned;

        await Admission(limit: 4).StartAsync(_host, Token);

        Assert.Equal([abandoned], _host.Started);
    }

    private string Now() => _fixture.Clock.GetUtcNow().ToString("O");

    private JobAdmission Admission(int limit) =>
        new(
            _fixture.Service.Connectors,
            _fixture.Service.Jobs,
            new ConnectorServiceOptions
            {
                Worker = _fixture.Worker,
                ServiceTypes = ["fake"],
                Service = new ServiceOptions { MaxConcurrentContentSyncs = limit, MaxConcurrentAccessControlSyncs = limit },
            },
            _fixture.Clock
        );

    private sealed class RecordingHost : IJobHost
    {
        public RunningJobs Running { get; set; }

        public string? Refuses { get; set; }

        public string? Abandoned { get; set; }

        public List<string> Asked { get; } = [];

        public List<string> Started { get; } = [];

        public Task<RunningJobs> CountRunningAsync(IReadOnlyList<SyncJobRecord> unfinished, CancellationToken cancellationToken)
        {
            Asked.AddRange(unfinished.Where(job => job.Status?.IsRunning() == true).Select(job => job.Id));
            return Task.FromResult(Running);
        }

        public bool IsAbandoned(SyncJobRecord job) => job.Id == Abandoned;

        public Task<bool> TryStartAsync(SyncJobRecord job, ConnectorRecord connector, CancellationToken cancellationToken)
        {
            Assert.Equal(job.ConnectorId, connector.Id);
            if (job.Id == Refuses)
            {
                return Task.FromResult(false);
            }

            Started.Add(job.Id);
            return Task.FromResult(true);
        }
    }
}
