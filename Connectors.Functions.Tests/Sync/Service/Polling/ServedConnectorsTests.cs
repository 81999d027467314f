using Connectors.Sync.Configuration.Loading;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.CleanUp;
using Connectors.Sync.Service.Polling;
using Connectors.Testing;
using Connectors.Tests.Support;
using Connectors.Tests.Sync.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Service.Polling;

/// <summary>Which connectors a service serves, and what it does about the others.</summary>
public sealed class ServedConnectorsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("native_service_types: [mongodb]", """{"service_type": "mongodb", "is_native": true}""", "mongodb")]
    [InlineData("native_service_types: [mongodb]", """{"service_type": "mongodb", "is_native": false}""", "mongodb")]
    [InlineData("native_service_types: [mongodb]", """{"service_type": "s3", "is_native": true}""", null)]
    [InlineData("native_service_types: [mongodb]", """{"is_native": true}""", null)]
    [InlineData("", """{"service_type": "s3", "is_native": true}""", "s3")]
    [InlineData("", """{"service_type": "lotus_notes"}""", null)]
    [InlineData("connectors: [{connector_id: c1, service_type: mongodb}]", """{"service_type": "mongodb"}""", "mongodb")]
    [InlineData("connectors: [{connector_id: c1, service_type: mongodb}]", """{"is_native": true}""", "mongodb")]
    [InlineData("connectors: [{connector_id: c1, service_type: mongodb}]", """{"service_type": "s3"}""", "s3")]
    [InlineData("connectors: [{connector_id: c2, service_type: mongodb}]", """{"service_type": "mongodb"}""", null)]
    [InlineData("connectors: [{connector_id: c2, service_type: mongodb}]\nnative_service_types: [s3]", """{"service_type": "s3"}""", "s3")]
    public void AConnectorIsServedByItsIdOrByItsServiceType(string configuration, string connector, string? served) =>
        Assert.Equal(served, OptionsOf(configuration).ServedAs(Some.Connector(connector)));

    [Fact]
    public async Task AConnectorOfAnUnknownTypeIsLeftAloneAndTheLogSaysSoOnce()
    {
        var fixture = new ServiceFixture();
        var unknown = fixture.AddConnector("""{"service_type": "lotus_notes"}""");
        var served = fixture.AddConnector("""{"service_type": "s3", "configuration": {}}""");
        fixture.Store.Edit(ProtocolIndices.Connectors, unknown, """{"configuration": null, "status": "created"}""");
        var before = fixture.Connector(unknown).ToJsonString();
        var log = new RecordingLoggerFactory();
        var round = Round(fixture, OptionsOf("native_service_types: [s3]"), log);

        Assert.Equal([served], (await round.ServedAsync(Token)).Keys);
        await round.ServedAsync(Token);

        Assert.Equal(before, fixture.Connector(unknown).ToJsonString());
        Assert.Equal(
            "Information Connector c1 has the service type lotus_notes, which has no source here; it is not served. To serve it, "
                + "put its plug-in into /plugins and name the class under sources",
            Assert.Single(log.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Trim()
        );
    }

    [Fact]
    public async Task AConnectorOfATypeThatOthersServeIsLeftAloneInSilence()
    {
        var fixture = new ServiceFixture();
        fixture.AddConnector("""{"service_type": "mongodb"}""");
        fixture.AddConnector("""{"service_type": null}""");
        var log = new RecordingLoggerFactory();

        Assert.Empty(await Round(fixture, OptionsOf("native_service_types: [s3]"), log).ServedAsync(Token));

        Assert.Equal("", log.Text);
    }

    private static ConnectorServiceOptions OptionsOf(string configuration)
    {
        var outcome = ServiceConfigurationReader.Read("config.yml", "/", configuration, new Dictionary<string, string>(), Shipped.Classes);
        Assert.Empty(outcome.Problems);
        return ConnectorServiceOptions.From(outcome.Configuration!, new JobWorker("host-1"));
    }

    private static PollCycle Round(ServiceFixture fixture, ConnectorServiceOptions options, RecordingLoggerFactory log) =>
        new(
            fixture.Service.Connectors,
            fixture.Service.Jobs,
            new ConnectorMaintenance(
                fixture.Service.Connectors,
                fixture.Service.Steps,
                new SourceCheck(fixture.Sources, fixture.Clock),
                options,
                fixture.Clock,
                NullLoggerFactory.Instance
            ),
            new JobCleanup(fixture.Service.Jobs, fixture.Service.Steps, fixture.Clock, NullLoggerFactory.Instance),
            options,
            log
        );
}
