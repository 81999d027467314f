using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Jobs;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

/// <summary>One connector, synced on demand.</summary>
public sealed class SyncNowTests
{
    private readonly ServiceFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ItMakesAJobAndRunsIt()
    {
        var connector = _fixture.AddConnector();

        var result = await SyncAsync(connector, new SyncNowOptions(AllowMassDelete: true, Reindex: true));

        Assert.Equal(SyncResultEnd.Completed, result.End);
        Assert.Equal(3, result.Outcome!.Counts.Created);
        Assert.Equal("completed", _fixture.Status(Assert.Single(_fixture.JobIds)));
        var request = Assert.Single(_fixture.Engine.Requests);
        Assert.True(request is { AllowMassDelete: true, Reindex: true, DryRun: false });
    }

    [Fact]
    public async Task ItAnnouncesWhatTheSourceCanDoAsTheServiceDoes()
    {
        (_fixture.Sources.HasChangeFeed, _fixture.Sources.HasAccessControl) = (true, true);
        var connector = _fixture.AddConnector();
        await _fixture.RunOnceAsync();
        var announced = _fixture.Connector(connector)["features"]!.ToJsonString();

        await SyncAsync(connector, new SyncNowOptions());

        Assert.Equal(announced, _fixture.Connector(connector)["features"]!.ToJsonString());
        Assert.True(_fixture.Connector(connector)["features"]!["incremental_sync"]!["enabled"]!.GetValue<bool>());
        Assert.True(_fixture.Connector(connector)["features"]!["document_level_security"]!["enabled"]!.GetValue<bool>());
    }

    [Fact]
    public async Task ADryRunWritesNothingAtAll()
    {
        var connector = _fixture.AddConnector();

        var result = await SyncAsync(connector, new SyncNowOptions(DryRun: true));

        Assert.Equal(SyncResultEnd.Completed, result.End);
        Assert.True(Assert.Single(_fixture.Engine.Requests) is { DryRun: true, JobId: "dry-run-c1" });
        Assert.Empty(_fixture.Store.Updates);
        Assert.Empty(_fixture.JobIds);
        Assert.Empty(_fixture.Store.Indices);
        Assert.Equal(["dry-run-c1"], _fixture.Engine.Forgotten);
    }

    [Fact]
    public async Task AJobThatWaitsIsRunInsteadOfANewOne()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector, """{"status": "suspended"}""");

        Assert.Equal(job, (await SyncAsync(connector, new SyncNowOptions())).Job!.Id);
        Assert.Equal([job], _fixture.JobIds);
    }

    [Fact]
    public async Task AJobThatADeadProcessLeftIsFinished()
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(
            connector,
            """{"status": "in_progress", "worker_hostname": "host-1", "metadata": {"worker": "worker-1"}}"""
        );

        Assert.Equal(SyncResultEnd.Completed, (await SyncAsync(connector, new SyncNowOptions())).End);
        Assert.Equal("completed", _fixture.Status(job));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AJobOfAnotherDeadProcessIsFinishedToo(bool isDead)
    {
        if (isDead)
        {
            _fixture.DeadWorkers.Add("worker-2");
        }

        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(
            connector,
            """{"status": "in_progress", "worker_hostname": "host-1", "metadata": {"worker": "worker-2"}}"""
        );

        if (isDead)
        {
            Assert.Equal(job, (await SyncAsync(connector, new SyncNowOptions())).Job!.Id);
            Assert.Equal("completed", _fixture.Status(job));
        }
        else
        {
            await Assert.ThrowsAsync<ConnectorException>(() => SyncAsync(connector, new SyncNowOptions()));
            Assert.Equal("in_progress", _fixture.Status(job));
        }
    }

    [Theory]
    [InlineData(
        """{"status": "canceling", "worker_hostname": "host-1", "metadata": {"worker": "worker-1"}}""",
        "canceled"
    )]
    [InlineData("""{"status": "canceling", "worker_hostname": "host-9", "last_seen": "2026-11-23T21:00:00Z"}""", "canceled")]
    [InlineData("""{"status": "in_progress", "worker_hostname": "host-9", "last_seen": "2026-11-23T21:00:00Z"}""", "error")]
    public async Task WhatNobodyGoesOnWithIsEndedAndANewOneBegins(string left, string end)
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector, left);

        var result = await SyncAsync(connector, new SyncNowOptions());

        Assert.Equal((end, "completed"), (_fixture.Status(job), _fixture.Status(result.Job!.Id)));
        Assert.Equal("completed", _fixture.Connector(connector)["last_sync_status"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(
        """{"status": "in_progress", "worker_hostname": "host-9"}""",
        "Connector 'c1' is being synced already, by job 'generated-1' on host-9. Wait for it to end, or cancel it, then sync again."
    )]
    [InlineData(
        """{"status": "canceling"}""",
        "Connector 'c1' is being synced already, by job 'generated-1' on another host. Wait for it to end, or cancel it, then sync again."
    )]
    [InlineData(
        """{"status": "in_progress", "worker_hostname": "host-9", "last_seen": "SILENT"}""",
        "Connector 'c1' may still be synced, by job 'generated-1' on host-9, which was last heard of 100 s ago: its process may have died. "
            + "It counts as abandoned at ABANDONED UTC, and can be synced again then."
    )]
    [InlineData(
        """{"status": "pending", "metadata": {"reindex": true}}""",
        "Job 'generated-1' of connector 'c1' waits to be run with --reindex, and this sync is without options. Run it first "
            + "('elastic-ingest sync c1 --reindex'), or cancel it ('elastic-ingest job cancel generated-1'), then sync again."
    )]
    [InlineData(
        """
            {"status": "in_progress", "worker_hostname": "host-1",
             "metadata": {"worker": "worker-1", "kind": "no_deletes", "reindex": true}}
            """,
        "Job 'generated-1' of connector 'c1' was interrupted; it runs with --no-deletes --reindex, and this sync is without options. Go on "
            + "with it ('elastic-ingest sync c1 --no-deletes --reindex'), or cancel it ('elastic-ingest job cancel generated-1'), then "
            + "sync again."
    )]
    public async Task AnotherJobIsNotDisturbed(string job, string message)
    {
        var connector = _fixture.AddConnector();
        var seen = _fixture.Clock.GetUtcNow();
        job = job.Replace("SILENT", ProtocolTime.Format(seen), StringComparison.Ordinal);
        await _fixture.AddJobAsync(connector, job);
        _fixture.Clock.Advance(job.Contains("last_seen", StringComparison.Ordinal) ? TimeSpan.FromSeconds(100) : TimeSpan.Zero);

        var exception = await Assert.ThrowsAsync<ConnectorException>(() => SyncAsync(connector, new SyncNowOptions()));

        var abandoned = seen.AddMinutes(5).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        Assert.Equal(message.Replace("ABANDONED", abandoned, StringComparison.Ordinal), exception.Message);
        Assert.Empty(_fixture.Engine.Requests);
    }

    [Theory]
    [InlineData("""{"index_name": null}""", "index_name: no index is attached. Attach one to the connector, then start a sync.")]
    [InlineData("""{"service_type": null}""", "service_type: not set. Choose the source of connector 'c1'.")]
    [InlineData("""{"configuration": {"host": {"value": ""}}}""", "Field validation errors: host ('Host') cannot be empty.")]
    [InlineData("""{"deleted": true}""", "There is no connector with id 'c1'. 'elastic-ingest list' shows those that there are.")]
    public async Task WhatIsMissingIsTold(string changes, string message)
    {
        var connector = _fixture.AddConnector(changes);

        foreach (var options in (SyncNowOptions[])[new(), new(DryRun: true)])
        {
            Assert.Equal(message, (await Assert.ThrowsAsync<ConnectorException>(() => SyncAsync(connector, options))).Message);
        }

        Assert.Empty(_fixture.JobIds);
    }

    [Fact]
    public async Task WhenAnotherServiceIsFasterItsRunIsFollowed()
    {
        var connector = _fixture.AddConnector();
        var other = new ServiceFixture
        {
            Store = _fixture.Store,
            Clock = _fixture.Clock,
            Worker = new JobWorker("host-2", "worker-2"),
        };
        Task<IReadOnlyList<SyncResult>>? theirs = null;
        _fixture.Store.BeforeUpdate = async (index, id) =>
        {
            if (index == ProtocolIndices.SyncJobs && theirs is null)
            {
                theirs = other.RunOnceAsync();
                await theirs;
            }
        };

        var result = await _fixture.PassTimeAsync(SyncAsync(connector, new SyncNowOptions()));

        Assert.Equal(SyncResultEnd.Completed, result.End);
        Assert.Equal("host-2", result.Job!.WorkerHostname);
        Assert.Empty(_fixture.Engine.Requests);
        Assert.Single(other.Engine.Requests);
    }

    [Fact]
    public async Task AConnectorIsMadeReadyToSync()
    {
        var record = await _fixture.Service.Connectors.CreateAsync(
            new NewConnector
            {
                Name = "Mine",
                ServiceType = "fake",
                IndexName = "search-mine",
                Status = ConnectorStatus.Configured,
                Configuration = ConnectorConfiguration.Render(
                    FakeSources.Description.Fields,
                    new Dictionary<string, System.Text.Json.Nodes.JsonNode?> { ["host"] = "h" }
                ),
                Schedule = "0 0 3 * * ?",
            },
            Token
        );

        Assert.Equal(SyncResultEnd.Completed, (await SyncAsync(record.Id, new SyncNowOptions())).End);
        var again = new NewConnector
        {
            Name = "Other",
            ServiceType = "fake",
            IndexName = "search-mine",
        };
        Assert.Equal(
            $"Index 'search-mine' belongs to connector '{record.Id}' (Mine). Choose another index.",
            (await Assert.ThrowsAsync<ConnectorException>(() => _fixture.Service.Connectors.CreateAsync(again, Token))).Message
        );
    }

    [Fact]
    public async Task ANewConnectorLooksLikeOneThatKibanaMade()
    {
        var record = await _fixture.Service.Connectors.CreateAsync(
            new NewConnector
            {
                Id = "life-1",
                Name = "Life",
                ServiceType = "mongodb",
                IndexName = "search-life-1",
            },
            Token
        );

        var recorded = RecordedLife.Snapshot(1, "as Kibana made it")["connector"]!.AsObject();
        var ours = record.Document.Source;
        Assert.Null(ours["pipeline"]);
        ours.Remove("pipeline");
        Assert.Equal(Names(recorded), Names(ours));
    }

    private static IEnumerable<string> Names(System.Text.Json.Nodes.JsonObject connector) =>
        System
            .Text.RegularExpressions.Regex.Replace(
                connector.ToJsonString(),
                "\"20\\d\\d-[^\"]*",
                "\"(time)",
                System.Text.RegularExpressions.RegexOptions.None,
                TimeSpan.FromSeconds(1)
            )
            .Split(',')
            .Order(StringComparer.Ordinal);

    private Task<SyncResult> SyncAsync(string connector, SyncNowOptions options) =>
        _fixture.Service.SyncNowAsync(connector, options, Token, Token);
}
