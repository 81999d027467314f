using Connectors.Abstractions;
using Connectors.Sync.Service.Polling;
using Connectors.Tests.LocalHost.Durable;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.Sync.Service.Polling;

/// <summary>What people get wrong, and the words that they read about it in Kibana.</summary>
public sealed class BadConnectorTests
{
    private readonly ServiceFixture _fixture = new();

    [Theory]
    [InlineData("""{"index_name": null}""", "index_name: no index is attached. Attach one to the connector, then start a sync.")]
    [InlineData("""{"index_name": "  "}""", "index_name: no index is attached. Attach one to the connector, then start a sync.")]
    [InlineData("""{"service_type": "gone"}""", "There is no source for the service type \"gone\".")]
    [InlineData("""{"configuration": {"host": {"value": ""}}}""", "Field validation errors: host ('Host') cannot be empty.")]
    [InlineData(
        """{"configuration": {"host": "h", "limit": {"value": "many"}}}""",
        "Field validation errors: host ('Host') is not an object with a 'value'. Fix 'host' in the connector's configuration, or remove it "
            + "to have it written again. limit ('Limit') must be an integer."
    )]
    [InlineData(
        """{"configuration": {"limit": {"value": 0}}}""",
        "Field validation errors: limit ('Limit') value '0' should be greater than 0."
    )]
    [InlineData(
        """{"scheduling": {"full": {"enabled": true, "interval": "0 0 * * *"}}, "last_seen": "2026-01-01T00:00:00Z"}""",
        "scheduling.full.interval: '0 0 * * *' is not a cron expression: it has 5 fields, the first one (seconds) is missing. Write six "
            + "fields: second, minute, hour, day of month, month, day of week; for example '0 0 3 * * ?' for every day at 3:00 UTC."
    )]
    [InlineData(
        """{"scheduling": {"full": {"enabled": true, "interval": ""}}, "last_seen": "2026-01-01T00:00:00Z"}""",
        "scheduling.full.interval: '' is not a cron expression: it is empty. "
            + "Write six fields: second, minute, hour, day of "
            + "month, "
            + "month, day of week; for example '0 0 3 * * ?' for every day at 3:00 UTC."
    )]
    public async Task WhatIsWrongIsWrittenIntoTheConnector(string changes, string error)
    {
        var connector = _fixture.AddConnector(changes);

        await _fixture.RunOnceAsync();

        Assert.Equal("error", _fixture.Connector(connector)["status"]!.GetValue<string>());
        Assert.Equal(error, _fixture.Connector(connector)["error"]!.GetValue<string>());
        Assert.NotNull(_fixture.Connector(connector)["last_seen"]);
        Assert.Equal(0, _fixture.Sources.Open);
    }

    [Theory]
    [InlineData(
        """{"name": 5, "scheduling": [], "filtering": "x", "pipeline": 3, "features": [1], "last_seen": "yesterday", "language": {}}"""
    )]
    [InlineData("""{"error": "an old one", "status": "error"}""")]
    [InlineData("""{"status": "connected"}""")]
    public async Task WhatDoesNotMatterDoesNotStopIt(string changes)
    {
        var connector = _fixture.AddConnector(changes);
        var job = await _fixture.AddJobAsync(connector);

        await _fixture.RunOnceAsync();

        Assert.Equal("completed", _fixture.Status(job));
        Assert.Equal("connected", _fixture.Connector(connector)["status"]!.GetValue<string>());
        Assert.Null(_fixture.Connector(connector)["error"]);
    }

    [Fact]
    public async Task ANewConnectorGetsItsConfigurationAndWaits()
    {
        var connector = _fixture.AddConnector();
        _fixture.Store.Put(
            Connectors.Sync.Protocol.ProtocolIndices.Connectors,
            connector,
            Protocol.Some.Json("""{"service_type": "fake", "index_name": "search-c1", "configuration": {}, "sync_now": true}""")
        );

        Assert.Empty(await _fixture.RunOnceAsync());

        Assert.Equal("needs_configuration", _fixture.Connector(connector)["status"]!.GetValue<string>());
        Assert.Equal("Host", _fixture.Connector(connector)["configuration"]!["host"]!["label"]!.GetValue<string>());
        Assert.Equal(0, _fixture.Sources.Open);
    }

    [Fact]
    public async Task ASourceThatDoesNotAnswerIsAnErrorUntilItDoes()
    {
        var connector = _fixture.AddConnector("""{"sync_now": true}""");
        _fixture.Sources.Ping = _ => throw new ConnectorException("host: h refuses the connection. Start the server.");
        Assert.Empty(await _fixture.RunOnceAsync());
        Assert.Equal("host: h refuses the connection. Start the server.", _fixture.Connector(connector)["error"]!.GetValue<string>());
        Assert.Empty(_fixture.JobIds);

        _fixture.Sources.Ping = _ => Task.CompletedTask;
        Assert.Single(await _fixture.RunOnceAsync());
        Assert.Null(_fixture.Connector(connector)["error"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ASourceThatNeverAnswersIsGivenUp(bool heedsItsToken)
    {
        var connector = _fixture.AddConnector();
        _fixture.Sources.Ping = token =>
            Task.Delay(Timeout.InfiniteTimeSpan, _fixture.Clock, heedsItsToken ? token : CancellationToken.None);

        await _fixture.PassTimeAsync(_fixture.RunOnceAsync());

        Assert.Equal(
            "Fake did not answer within 60 seconds when it was asked for an answer. See whether it runs, and whether this machine "
                + "can reach it.",
            _fixture.Connector(connector)["error"]!.GetValue<string>()
        );
    }

    [Fact]
    public async Task ASourceThatBreaksTellsNoSecrets()
    {
        var connector = _fixture.AddConnector();
        _fixture.Sources.Ping = _ => throw new InvalidOperationException("password=hunter2");

        await _fixture.RunOnceAsync();

        Assert.Matches(
            @"^Connectors\.Tests\.Sync\.Service\.FakeSources\+Source \(assembly Connectors\.Functions\.Tests\) failed with "
                + @"InvalidOperationException: password=\*\*\*\. The log of the service tells where, under error id [0-9a-f]{8}\.$",
            _fixture.Connector(connector)["error"]!.GetValue<string>()
        );

        // The same failure again is the same entry: nothing is written.
        var writes = _fixture.Store.Updates.Count;
        await _fixture.RunOnceAsync();
        Assert.Equal(writes, _fixture.Store.Updates.Count);
    }

    [Fact]
    public async Task TheStackOfASourceThatFailsAtEveryPollIsLoggedOnceAnHour()
    {
        using var log = new ListLoggerProvider();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(log));
        var fixture = new ServiceFixture { LoggerFactory = logging };
        fixture.AddConnector();
        fixture.Sources.Ping = _ => throw new InvalidOperationException("out of order");

        foreach (var pause in new[] { 0, 30, 30, 3600 })
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(pause));
            await fixture.RunOnceAsync();
        }

        Assert.Equal(2, Stacks());

        // Another fault is another matter.
        fixture.Sources.Ping = _ => throw new InvalidOperationException("out of paper");
        await fixture.RunOnceAsync();
        Assert.Equal(3, Stacks());

        int Stacks() => log.Lines(typeof(ConnectorMaintenance).FullName!, LogLevel.Error).Count;
    }

    [Theory]
    [InlineData(
        """{"job_type": "access_control"}""",
        "Fake has no access control to sync. Start content syncs only, and switch a schedule for access control off.",
        "last_access_control_sync"
    )]
    [InlineData(
        """{"job_type": "odd"}""",
        "This version runs full, incremental and access control syncs, and the job's type is 'odd'. Start a full content sync instead.",
        "last_sync"
    )]
    [InlineData(
        """{"connector": {"index_name": ".search-acl-filter-search-a"}}""",
        "index_name: '.search-acl-filter-search-a' can't be the name of an index: identities are kept in those that begin with "
            + ".search-acl-filter-. Write small letters, digits, - and _, such as search-orders. Attach another index to the connector.",
        "last_sync"
    )]
    [InlineData(
        """{"connector": {"index_name": null}}""",
        "index_name: no index is attached. Attach one to the connector, then start a sync.",
        "last_sync"
    )]
    [InlineData(
        """{"connector": {"service_type": null}}""",
        "service_type: not set. Set the connector's service type, then start a sync.",
        "last_sync"
    )]
    [InlineData("""{"connector": {"service_type": "gone"}}""", "There is no source for the service type \"gone\".", "last_sync")]
    [InlineData(
        """{"connector": {"configuration": {"host": {"value": null}}}}""",
        "Field validation errors: host ('Host') cannot be empty.",
        "last_sync"
    )]
    [InlineData(
        """{"connector": {"filtering": {"rules": [{"id": "r1", "policy": "exclude", "field": "a", "rule": "sounds_like", "value": "b"}]}}}""",
        "Sync rule 'r1' is invalid: it needs a policy (include or exclude), a field, a rule (equals, contains, starts_with, ends_with, "
            + "regex, > or <) and a value. "
            + "Nothing was synced, so that nothing that it excludes is indexed. Fix or remove the rule, then start a sync.",
        "last_sync"
    )]
    [InlineData(
        """{"connector": {"filtering": {"rules": [{"id": "r1", "policy": "exclude", "field": "a", "rule": "regex", "value": "("}]}}}""",
        "Sync rule 'r1': '(' is no regular expression: insufficient closing parentheses.",
        "last_sync"
    )]
    [InlineData(
        """{"connector": {"filtering": {"advanced_snippet": {"value": {"find": {}}}}}}""",
        "The connector's advanced sync rules can't be applied: Fake has no advanced sync rules here. Remove them to sync everything. "
            + "Nothing was synced, so that nothing that they leave out is indexed.",
        "last_sync"
    )]
    public async Task AJobThatCanNotBeRunSaysWhy(string changes, string error, string prefix)
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector, changes);

        await _fixture.RunOnceAsync();

        Assert.Equal("error", _fixture.Status(job));
        Assert.Equal(error, _fixture.Job(job)["error"]!.GetValue<string>());
        Assert.NotNull(_fixture.Job(job)["completed_at"]);
        Assert.Equal(error, _fixture.Connector(connector)[$"{prefix}_error"]!.GetValue<string>());
        Assert.Equal("error", _fixture.Connector(connector)[$"{prefix}_status"]!.GetValue<string>());
        Assert.Empty(_fixture.Engine.Requests);
    }
}
