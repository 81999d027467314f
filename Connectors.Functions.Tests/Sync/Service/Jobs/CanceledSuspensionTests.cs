using Connectors.Emulator;
using Connectors.Sync.Api;
using Connectors.Sync.Protocol;
using Connectors.Sync.Service;
using Connectors.Tests.Cli;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

/// <summary>A suspended job that a person wants no more of: its connector does not say for ever that it is suspended.</summary>
public sealed class CanceledSuspensionTests
{
    private const string Suspended =
        """{"status": "suspended", "started_at": "2026-11-23T21:00:00Z", "last_seen": "2026-11-23T21:30:00Z"}""";

    private readonly ServiceFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheApiTellsTheConnector()
    {
        var (connector, job) = await SuspendedAsync();
        var api = new ConnectorApi(
            _fixture.Service.Connectors,
            _fixture.Service.Jobs,
            new SourceCheck(_fixture.Sources, _fixture.Clock),
            new() { Worker = _fixture.Worker }
        );

        Assert.Equal(200, (await api.CancelAsync(job, Token)).Status);

        Assert.Equal(("canceled", "canceled"), (_fixture.Status(job), LastStatus(connector)));
        Assert.Equal("connected", _fixture.Connector(connector)["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task TheCommandTellsTheConnector()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        elasticsearch.Put(ProtocolIndices.Connectors, "c", """{"service_type": "dir", "last_sync_status": "suspended"}""");
        elasticsearch.Put(
            ProtocolIndices.SyncJobs,
            "j",
            """
            {
              "connector": {"id": "c"}, "status": "suspended", "created_at": "2026-01-01T00:00:00Z", "started_at": "2026-01-01T00:00:01Z"
            }
            """
        );
        using var cli = new CliRun(elasticsearch.Uri);

        Assert.Equal(0, await cli.RunAsync("job", "cancel", "j"));

        Assert.Contains("\"last_sync_status\":\"canceled\"", elasticsearch.Get(ProtocolIndices.Connectors, "c"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatKibanaCanceledIsToldAtTheNextCleanUp()
    {
        var (connector, job) = await SuspendedAsync();
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, """{"status": "canceled", "canceled_at": "2026-11-23T22:00:00Z"}""");

        await _fixture.RunOnceAsync();

        Assert.Equal("canceled", LastStatus(connector));
    }

    [Fact]
    public async Task AJobThatWasNeverBegunSaysNothingOfTheLastSync()
    {
        var connector = _fixture.AddConnector("""{"last_sync_status": "completed"}""");
        var job = await _fixture.AddJobAsync(connector);

        await _fixture.Service.Steps.RequestCancelAsync(job, Token);

        Assert.Equal(("canceled", "completed"), (_fixture.Status(job), LastStatus(connector)));
    }

    [Fact]
    public async Task AnOlderJobThatIsCanceledDoesNotHideTheNewerOneThatIsSuspended()
    {
        var (connector, older) = await SuspendedAsync();
        var newer = await _fixture.AddJobAsync(connector, """{"status": "suspended", "started_at": "2026-11-23T21:45:00Z"}""");

        await _fixture.Service.Steps.RequestCancelAsync(older, Token);
        Assert.Equal(("canceled", "suspended"), (_fixture.Status(older), LastStatus(connector)));

        await _fixture.Service.Steps.RequestCancelAsync(newer, Token);
        Assert.Equal("canceled", LastStatus(connector));
    }

    private async Task<(string Connector, string Job)> SuspendedAsync()
    {
        var connector = _fixture.AddConnector("""{"last_sync_status": "suspended"}""");
        return (connector, await _fixture.AddJobAsync(connector, Suspended));
    }

    private string LastStatus(string connector) => _fixture.Connector(connector)["last_sync_status"]!.GetValue<string>();
}
