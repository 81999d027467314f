using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Tests.Functions;
using Connectors.Tests.Sync.Service;
using Xunit;

namespace Connectors.Tests.Sync.Protocol.Jobs;

/// <summary>The protocol copies the configuration, passwords included, into each job.</summary>
public sealed class JobSecretsTests
{
    private const string Secret = """{"configuration":{"key":{"value":"hunter2"},"host":{"value":"h"}}}""";
    private readonly ServiceFixture _fixture = new();

    [Fact]
    public async Task AJobThatMayRunKeepsThemAndOneThatEndedHasNone()
    {
        var connector = _fixture.AddConnector(Secret);
        var job = await _fixture.AddJobAsync(connector);
        Assert.Contains("hunter2", _fixture.Job(job).ToJsonString(), StringComparison.Ordinal);

        await _fixture.RunOnceAsync();

        Assert.Equal("completed", _fixture.Status(job));
        HoldsNone(job);
        Assert.Equal("h", (string?)_fixture.Job(job)["connector"]!["configuration"]!["host"]!["value"]);
        Assert.Contains("hunter2", _fixture.Connector(connector).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneThatFailedHasNoneEither()
    {
        _fixture.Sources.Ping = _ => throw new ConnectorException("no");
        var job = await _fixture.AddJobAsync(_fixture.AddConnector(Secret));

        await _fixture.RunOnceAsync();

        Assert.Equal("error", _fixture.Status(job));
        HoldsNone(job);
    }

    [Fact]
    public async Task OneThatWasCanceledWhileItWaitedHasNoneEither()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector(Secret));

        await _fixture.Service.Jobs.RequestCancelAsync(job, TestContext.Current.CancellationToken);

        Assert.Equal("canceled", _fixture.Status(job));
        HoldsNone(job);
    }

    [Fact]
    public async Task NorOneThatWasSilentAndGivenUpOrWhoseConnectorIsGone()
    {
        var silent = await _fixture.AddJobAsync(
            _fixture.AddConnector(Secret),
            """{"status":"in_progress","last_seen":"2026-11-23T20:00:00Z","worker_hostname":"other"}"""
        );
        var gone = _fixture.AddConnector(Secret);
        var orphan = await _fixture.AddJobAsync(gone, """{"created_at":"2026-11-23T20:00:00Z"}""");
        _fixture.Store.Edit(ProtocolIndices.Connectors, gone, """{"deleted":true}""");

        await _fixture.RunOnceAsync();

        Assert.Equal(("error", "canceled"), (_fixture.Status(silent), _fixture.Status(orphan)));
        HoldsNone(silent);
        HoldsNone(orphan);
    }

    [Fact]
    public async Task WhatOthersEndedAndWhatEarlierVersionsLeftIsMendedByTheCleanUp()
    {
        var connector = _fixture.AddConnector(Secret);
        List<string> old = [];
        foreach (var status in (string[])["completed", "error", "canceled"])
        {
            old.Add(await _fixture.AddJobAsync(connector, $$"""{"status":"{{status}}","completed_at":"2026-01-01T00:00:00Z"}"""));
        }

        var theirs = await _fixture.AddJobAsync(
            _fixture.AddConnector("""{"service_type":"sharepoint","configuration":{"key":{"value":"hunter2"}}}"""),
            """{"status":"completed"}"""
        );
        var suspended = await _fixture.AddJobAsync(
            _fixture.AddConnector("""{"service_type":"sharepoint","configuration":{"key":{"value":"hunter2"}}}"""),
            """{"status":"suspended"}"""
        );

        await _fixture.RunOnceAsync();

        old.ForEach(HoldsNone);
        Assert.Contains("hunter2", _fixture.Job(theirs).ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("hunter2", _fixture.Job(suspended).ToJsonString(), StringComparison.Ordinal);
        var writes = _fixture.Store.Updates.Count;

        // Kibana cancels a job; the next clean-up finds it though it looks at new ones only.
        var canceled = await _fixture.AddJobAsync(connector);
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, canceled, """{"status":"canceled","canceled_at":"2026-11-23T22:00:01Z"}""");
        await _fixture.RunOnceAsync();
        HoldsNone(canceled);
        Assert.True(writes > 0);
    }

    [Fact]
    public void WhatIsNotSaidToBeHarmlessIsTakenForASecret()
    {
        var job = new SyncJobRecord(
            new StoredDocument(
                "j",
                Some.Json(
                    """
                    {"status":"completed","connector":{"configuration":{
                      "flagged":{"value":"hunter2","sensitive":true}, "odd":{"value":"hunter2","sensitive":"false"}, "bare":{"value":"hunter2"}, "plain":"hunter2",
                      "list":{"value":["hunter2"],"sensitive":true}, "object":{"value":{"a":"hunter2"}}, "number":{"value":2,"sensitive":true},
                      "address":{"value":"redis://u:hunter2@h","sensitive":false},
                      "open":{"value":"h","sensitive":false}, "toggle":{"value":true}, "empty":{"value":"","sensitive":true}, "none":null}}}
                    """
                ),
                1,
                1
            )
        );

        var removal = JobSecrets.Removal(job)!["connector"]!["configuration"]!.AsObject();

        Assert.Equal(
            ["address", "bare", "flagged", "list", "number", "object", "odd", "plain"],
            removal.Select(field => field.Key).Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain("hunter2", removal.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("redis://***@h", (string?)removal["address"]!["value"]);
    }

    [Fact]
    public async Task InTheFunctionAppItIsTheSame()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();

        var (jobId, _) = await fixture.SyncAsync();
        fixture.Store.Put(
            ProtocolIndices.SyncJobs,
            "old",
            Some.Json(
                """{"status":"completed","created_at":"2026-01-01T00:00:00Z","connector":{"id":"c1","configuration":{"key":{"value":"hunter2","sensitive":true}}}}"""
            )
        );
        await fixture.FireAsync("CleanUp");

        Assert.Equal("completed", fixture.Status(jobId));
        Assert.DoesNotContain("hunter2", fixture.Job(jobId).ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fixture.Job("old").ToJsonString(), StringComparison.Ordinal);
    }

    private void HoldsNone(string job) => Assert.DoesNotContain("hunter2", _fixture.Job(job).ToJsonString(), StringComparison.Ordinal);
}
