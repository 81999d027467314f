using Connectors.Abstractions;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Jobs;
using Connectors.Tests.Functions;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

/// <summary>A sync that was interrupted, and whose connector somebody has corrected since: it does not continue with the old
/// settings.</summary>
public sealed class ReplacedJobTests
{
    private const string Suspended =
        """{"status": "suspended", "started_at": "2026-11-23T21:00:00Z", "last_seen": "2026-11-23T21:30:00Z"}""";
    private const string Abandoned = """
        {"status": "in_progress", "started_at": "2026-11-23T21:00:00Z", "worker_hostname": "host-1", "metadata": {"worker": "worker-1"}}
        """;

    private readonly ServiceFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>How a job was interrupted, and what was changed of its connector.</summary>
    public static TheoryData<string, string> Changes =>
        new()
        {
            { Suspended, """{"configuration": {"host": {"value": "other"}}}""" },
            { Abandoned, """{"configuration": {"host": {"value": "other"}}}""" },
            { Suspended, """{"configuration": {"limit": {"value": 20}}}""" },
            { Suspended, """{"configuration": {"key": {"value": "another key"}}}""" },
            { Suspended, """{"index_name": "search-other"}""" },
            { Abandoned, """{"pipeline": {"name": "p", "extract_binary_content": true}}""" },
            {
                Suspended,
                """
                    {"filtering": [{"domain": "DEFAULT", "active": {"rules": [
                        {"id": "r", "order": 0, "policy": "exclude", "field": "name", "rule": "equals", "value": "x"}]}}]}
                    """
            },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task ASyncThatIsAskedForBeginsAnew(string interrupted, string change)
    {
        var (connector, job) = await InterruptedAsync(interrupted, change);

        var result = await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token);

        AssertReplaced(connector, job, result.Job!.Id);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task TheServiceBeginsAnew(string interrupted, string change)
    {
        var (connector, job) = await InterruptedAsync(interrupted, change);

        var result = Assert.Single(await _fixture.RunOnceAsync());

        AssertReplaced(connector, job, result.Job!.Id);
    }

    [Theory]
    [InlineData("""{"name": "Renamed", "scheduling": {"full": {"enabled": true, "interval": "0 0 3 ? * 1"}}}""")]
    [InlineData("""{"configuration": {"host": {"label": "Server", "order": 9}}}""")]
    [InlineData("""{"configuration": {"token": {"value": "the next one"}}}""")]
    [InlineData("""{"status": "error", "error": "the source did not answer", "last_seen": "2026-11-23T22:00:00Z"}""")]
    public async Task WhatMakesNoDifferenceToASyncInterruptsNothing(string change)
    {
        var (connector, job) = await InterruptedAsync(Suspended, change);

        var result = await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token);

        Assert.Equal(job, result.Job!.Id);
        Assert.Equal([job], _fixture.JobIds);
        Assert.Equal("completed", _fixture.Status(job));
    }

    [Fact]
    public async Task AFieldThatCameWithANewVersionInterruptsNothing()
    {
        var (connector, job) = await InterruptedAsync(Suspended, "{}");
        _fixture.Sources.HasAccessControl = true;

        var result = await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token);

        Assert.Equal(job, result.Job!.Id);
        Assert.NotNull(_fixture.Connector(connector)["configuration"]![AccessControl.Switch.Name]);
    }

    [Fact]
    public async Task TheOptionsOfTheJobStay()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector, """{"metadata": {"kind": "no_deletes", "reindex": true}}""");
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, Suspended);
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, """{"configuration": {"host": {"value": "other"}}}""");

        await _fixture.RunOnceAsync();

        var request = Assert.Single(_fixture.Engine.Requests);
        Assert.NotEqual(job, request.JobId);
        Assert.Equal((true, SyncKind.NoDeletes), (request.Reindex, request.Kind));
    }

    [Fact]
    public async Task WhatWasAllowedToBeDeletedOfOneIndexIsNotAllowedOfAnother()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector, """{"metadata": {"allow_mass_delete": true}}""");
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, Suspended);
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, """{"index_name": "search-other"}""");

        await _fixture.RunOnceAsync();

        var request = Assert.Single(_fixture.Engine.Requests);
        Assert.Equal(("search-other", false), (request.IndexName, request.AllowMassDelete));
    }

    [Fact]
    public async Task WhoAsksForItAgainAllowsItAgain()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector, """{"metadata": {"allow_mass_delete": true}}""");
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, Suspended);
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, """{"configuration": {"host": {"value": "other"}}}""");

        var result = await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(AllowMassDelete: true), Token, Token);

        Assert.NotEqual(job, result.Job!.Id);
        Assert.True(Assert.Single(_fixture.Engine.Requests).AllowMassDelete);
    }

    [Fact]
    public async Task WithOtherSettingsASyncWithOtherOptionsBeginsAnew()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector, """{"metadata": {"reindex": true}}""");
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, Suspended);
        await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token)
        );
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, """{"configuration": {"host": {"value": "other"}}}""");

        var result = await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token);

        Assert.Equal(("canceled", "completed"), (_fixture.Status(job), _fixture.Status(result.Job!.Id)));
        Assert.False(Assert.Single(_fixture.Engine.Requests).Reindex);
    }

    /// <summary>The old one can't go on any more: it would be no use to say so.</summary>
    [Theory]
    [InlineData("full", SyncKind.Incremental, "incremental")]
    [InlineData("incremental", SyncKind.Full, "full")]
    [InlineData("incremental", SyncKind.NoDeletes, "full")]
    [InlineData("full", SyncKind.DeletesOnly, "full")]
    public async Task WithOtherSettingsASyncOfAnotherTypeBeginsAnew(string left, SyncKind kind, string type)
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector, $$"""{"job_type": "{{left}}", "metadata": {"reindex": true} }""");
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, Suspended);
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, """{"configuration": {"host": {"value": "other"}}}""");

        var result = await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(Kind: kind), Token, Token);

        AssertReplaced(connector, job, result.Job!.Id);
        Assert.Equal(kind, Assert.Single(_fixture.Engine.Requests).Kind);
        Assert.Equal(type, (string?)_fixture.Job(result.Job.Id)["job_type"]);
    }

    [Theory]
    [InlineData("full", SyncKind.Incremental)]
    [InlineData("incremental", SyncKind.Full)]
    public async Task ASyncOfAnotherTypeTakesThePlaceOfNoneThatCanGoOn(string left, SyncKind kind)
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector, $$"""{"job_type": "{{left}}"}""");
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, Suspended);

        await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(Kind: kind), Token, Token)
        );

        Assert.Equal(("suspended", 1), (_fixture.Status(job), _fixture.JobIds.Count));
    }

    [Fact]
    public async Task AnInterruptedSyncOfIdentitiesIsReplacedByOneOfIdentities()
    {
        _fixture.Sources.HasAccessControl = true;
        var connector = _fixture.AddConnector("""{"configuration": {"use_document_level_security": {"value": true}}}""");
        var job = await _fixture.AddJobAsync(
            connector,
            """{"job_type": "access_control", "connector": {"index_name": ".search-acl-filter-search-c1"}}"""
        );
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, Suspended);
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, """{"configuration": {"host": {"value": "other"}}}""");

        var result = await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions { AccessControl = true }, Token, Token);

        Assert.NotEqual(job, result.Job!.Id);
        Assert.Equal(("canceled", "completed"), (_fixture.Status(job), _fixture.Status(result.Job.Id)));
        Assert.Equal("access_control", (string?)_fixture.Job(result.Job.Id)["job_type"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AReplacementThatWasCutOffIsContinued(bool isAskedFor)
    {
        var (connector, job) = await InterruptedAsync(Suspended, """{"configuration": {"host": {"value": "other"}}}""");
        await CutOffAsync(job);

        var result = isAskedFor
            ? await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token)
            : Assert.Single(await _fixture.RunOnceAsync());

        AssertReplaced(connector, job, result.Job!.Id);
    }

    /// <summary>The service, which made it, allowed no mass delete: it must not run as if it did.</summary>
    [Fact]
    public async Task AReplacementThatWasCutOffIsNotRunForASyncWithOtherOptions()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector, """{"metadata": {"allow_mass_delete": true}}""");
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, Suspended);
        _fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, """{"configuration": {"host": {"value": "other"}}}""");
        await CutOffAsync(job);
        var next = Assert.Single(_fixture.JobIds, id => id != job);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(AllowMassDelete: true), Token, Token)
        );

        Assert.StartsWith(
            $"Job '{next}' of connector '{connector}' waits to be run without options, and this sync is with --allow-mass-delete. ",
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.Empty(_fixture.Engine.Requests);
        Assert.Equal(("canceled", "pending"), (_fixture.Status(job), _fixture.Status(next)));
    }

    /// <summary>The old job would run with the settings that were corrected.</summary>
    [Fact]
    public async Task WhereElasticsearchMakesNoReplacementTheOldJobIsNotRun()
    {
        var (connector, job) = await InterruptedAsync(Suspended, """{"configuration": {"host": {"value": "other"}}}""");
        _fixture.Store.BeforeCreate = index =>
            index == ProtocolIndices.SyncJobs ? throw new ConnectorException("The API key may not write jobs.") : Task.CompletedTask;

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token)
        );

        Assert.Equal("The API key may not write jobs.", failure.Message);
        Assert.Empty(_fixture.Engine.Requests);
        Assert.Equal("suspended", _fixture.Status(job));
    }

    [Fact]
    public async Task AJobThatCanHaveNoSuccessorEndsByItselfAndOthersRun()
    {
        _fixture.Sources.HasAccessControl = true;
        var connector = _fixture.AddConnector("""{"configuration": {"use_document_level_security": {"value": true}}}""");
        var job = await _fixture.AddJobAsync(
            connector,
            """{"job_type": "access_control", "connector": {"index_name": ".search-acl-filter-search-c1"}}"""
        );
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, Suspended);
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, """{"index_name": ".search-acl-filter-other"}""");
        var other = await _fixture.AddJobAsync(_fixture.AddConnector());

        await _fixture.RunOnceAsync();

        Assert.Equal("completed", _fixture.Status(other));
        Assert.NotEqual("suspended", _fixture.Status(job));
        Assert.Equal(2, _fixture.JobIds.Count);
    }

    [Fact]
    public async Task OneThatNeverBeganKeepsTheSettingsWithWhichItWasAskedForInTheService()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector);
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, """{"configuration": {"host": {"value": "other"}}}""");

        await _fixture.RunOnceAsync();

        Assert.Equal([job], _fixture.JobIds);
        Assert.Equal("completed", _fixture.Status(job));
    }

    [Fact]
    public async Task ASyncThatIsAskedForTakesWhatIsSetNowThoughAJobWaitsThatNeverBegan()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector);
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, """{"configuration": {"host": {"value": "other"}}}""");

        var result = await _fixture.Service.SyncNowAsync(connector, new SyncNowOptions(), Token, Token);

        AssertReplaced(connector, job, result.Job!.Id);
    }

    [Fact]
    public async Task TwoServicesReplaceItOnce()
    {
        var (connector, job) = await InterruptedAsync(Suspended, """{"configuration": {"host": {"value": "other"}}}""");
        var other = new ServiceFixture
        {
            Store = _fixture.Store,
            Clock = _fixture.Clock,
            Worker = new JobWorker("host-2", "worker-2"),
        };
        var theirs = new TaskCompletionSource();
        _fixture.Store.BeforeUpdate = async (index, id) =>
        {
            if (index == ProtocolIndices.SyncJobs && id == job && theirs.TrySetResult())
            {
                await other.RunOnceAsync();
            }
        };

        await _fixture.RunOnceAsync();

        Assert.Equal(2, _fixture.JobIds.Count);
        Assert.Equal(["canceled", "completed"], _fixture.JobIds.Select(_fixture.Status).Order(StringComparer.Ordinal));
        Assert.Equal("completed", _fixture.Connector(connector)["last_sync_status"]!.GetValue<string>());
    }

    [Fact]
    public async Task TheFunctionAppTakesOverNoSettingsThatWereCorrected()
    {
        await using var app = await new MemoryAppFixture().StartAsync();
        app.AddConnector();
        var jobs = new SyncJobIndex(app.Store, app.Clock);
        var connector = (await new ConnectorIndex(app.Store, app.Clock).FindAsync("c1", Token))!;
        var left = (await jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token))!.Id;
        app.Store.Edit(ProtocolIndices.SyncJobs, left, Suspended);
        app.Store.Edit(ProtocolIndices.Connectors, "c1", """{"configuration": {"host": {"value": "other"}}}""");

        await app.FireAsync("PollConnectors");
        var next = Assert.Single(app.JobIds, id => id != left);
        await app.EndOfAsync(next);

        Assert.Equal(("canceled", "completed"), (app.Status(left), app.Status(next)));
        Assert.Equal("other", (string?)app.Job(next)["connector"]!["configuration"]!["host"]!["value"]);
    }

    private async Task<(string Connector, string Job)> InterruptedAsync(string interrupted, string change)
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector, interrupted);
        _fixture.Engine.Kept[job] = true;
        _fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, change);
        return (connector, job);
    }

    /// <summary>A poll makes the replacement, and is cut off before it cancels the job.</summary>
    private async Task CutOffAsync(string job)
    {
        _fixture.Store.BeforeUpdate = (index, id) =>
        {
            if (index != ProtocolIndices.SyncJobs || id != job)
            {
                return Task.CompletedTask;
            }

            _fixture.Store.BeforeUpdate = null;
            throw new ConnectorException(FailureKind.Retry, "Elasticsearch is away.");
        };
        await Assert.ThrowsAsync<ConnectorException>(() => _fixture.RunOnceAsync());
        Assert.Equal(2, _fixture.JobIds.Count);
    }

    private void AssertReplaced(string connector, string job, string next)
    {
        Assert.NotEqual(job, next);
        Assert.Equal(("canceled", "completed"), (_fixture.Status(job), _fixture.Status(next)));
        Assert.Equal(2, _fixture.JobIds.Count);
        Assert.Equal(next, Assert.Single(_fixture.Engine.Requests).JobId);
        Assert.Contains(job, _fixture.Engine.Forgotten);
        Assert.Equal("completed", _fixture.Connector(connector)["last_sync_status"]!.GetValue<string>());
    }
}
