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
    private readonly ServiceBed _bed = new();

    [Fact]
    public async Task AJobThatMayRunKeepsThemAndOneThatEndedHasNone()
    {
        var connector = _bed.AddConnector(Secret);
        var job = await _bed.AddJobAsync(connector);
        Assert.Contains("hunter2", _bed.Job(job).ToJsonString(), StringComparison.Ordinal);

        await _bed.RunOnceAsync();

        Assert.Equal("completed", _bed.Status(job));
        HoldsNone(job);
        Assert.Equal("h", (string?)_bed.Job(job)["connector"]!["configuration"]!["host"]!["value"]);
        Assert.Contains("hunter2", _bed.Connector(connector).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneThatFailedHasNoneEither()
    {
        _bed.Sources.Ping = _ => throw new ConnectorException("no");
        var job = await _bed.AddJobAsync(_bed.AddConnector(Secret));

        await _bed.RunOnceAsync();

        Assert.Equal("error", _bed.Status(job));
        HoldsNone(job);
    }

    [Fact]
    public async Task OneThatWasCanceledWhileItWaitedHasNoneEither()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector(Secret));

        await _bed.Service.Jobs.RequestCancelAsync(job, TestContext.Current.CancellationToken);

        Assert.Equal("canceled", _bed.Status(job));
        HoldsNone(job);
    }

    [Fact]
    public async Task NorOneThatWasSilentAndGivenUpOrWhoseConnectorIsGone()
    {
        var silent = await _bed.AddJobAsync(
            _bed.AddConnector(Secret),
            """{"status":"in_progress","last_seen":"2026-11-23T20:00:00Z","worker_hostname":"other"}"""
        );
        var gone = _bed.AddConnector(Secret);
        var orphan = await _bed.AddJobAsync(gone, """{"created_at":"2026-11-23T20:00:00Z"}""");
        _bed.Store.Edit(ProtocolIndices.Connectors, gone, """{"deleted":true}""");

        await _bed.RunOnceAsync();

        Assert.Equal(("error", "canceled"), (_bed.Status(silent), _bed.Status(orphan)));
        HoldsNone(silent);
        HoldsNone(orphan);
    }

    [Fact]
    public async Task WhatOthersEndedAndWhatEarlierVersionsLeftIsMendedByTheCleanUp()
    {
        var connector = _bed.AddConnector(Secret);
        List<string> old = [];
        foreach (var status in (string[])["completed", "error", "canceled"])
        {
            old.Add(await _bed.AddJobAsync(connector, $$"""{"status":"{{status}}","completed_at":"2026-01-01T00:00:00Z"}"""));
        }

        var theirs = await _bed.AddJobAsync(
            _bed.AddConnector("""{"service_type":"sharepoint","configuration":{"key":{"value":"hunter2"}}}"""),
            """{"status":"completed"}"""
        );
        var suspended = await _bed.AddJobAsync(
            _bed.AddConnector("""{"service_type":"sharepoint","configuration":{"key":{"value":"hunter2"}}}"""),
            """{"status":"suspended"}"""
        );

        await _bed.RunOnceAsync();

        old.ForEach(HoldsNone);
        Assert.Contains("hunter2", _bed.Job(theirs).ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("hunter2", _bed.Job(suspended).ToJsonString(), StringComparison.Ordinal);
        var writes = _bed.Store.Updates.Count;

        // Kibana cancels a job; the next clean-up finds it though it looks at new ones only.
        var canceled = await _bed.AddJobAsync(connector);
        _bed.Store.Edit(ProtocolIndices.SyncJobs, canceled, """{"status":"canceled","canceled_at":"2026-11-23T22:00:01Z"}""");
        await _bed.RunOnceAsync();
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
        await using var bed = await new FunctionsBed().StartAsync();
        bed.AddConnector();

        var (jobId, _) = await bed.SyncAsync();
        bed.Store.Put(
            ProtocolIndices.SyncJobs,
            "old",
            Some.Json(
                """{"status":"completed","created_at":"2026-01-01T00:00:00Z","connector":{"id":"c1","configuration":{"key":{"value":"hunter2","sensitive":true}}}}"""
            )
        );
        await bed.FireAsync("CleanUp");

        Assert.Equal("completed", bed.Status(jobId));
        Assert.DoesNotContain("hunter2", bed.Job(jobId).ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", bed.Job("old").ToJsonString(), StringComparison.Ordinal);
    }

    private void HoldsNone(string job) => Assert.DoesNotContain("hunter2", _bed.Job(job).ToJsonString(), StringComparison.Ordinal);
}
