using Connectors.Abstractions;
using Connectors.Emulator.Faults;
using Connectors.Sync.Configuration;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch;

/// <summary>Requests whose sender waits: an Elasticsearch that is gone is told of within seconds.</summary>
public sealed class InteractiveRequestTests
{
    private static readonly Uri Nobody = new("http://127.0.0.1:1");

    private static CancellationToken Token => GatewayFixture.Token;

    [Fact]
    public async Task WhatIsRefusedIsTriedForTwoSecondsAndInTheBackgroundForMinutes()
    {
        var time = new FastForwardTimeProvider();
        using var gateway = GatewayFixture.GatewayOf(Nobody, time);
        var start = time.GetUtcNow();

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => gateway.InteractiveDocuments.GetAsync("i", "1", Token));

        Assert.Equal(TimeSpan.FromSeconds(2), time.GetUtcNow() - start);
        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.StartsWith("Elasticsearch at http://127.0.0.1:1 can't be reached", failure.Message, StringComparison.Ordinal);

        start = time.GetUtcNow();
        await Assert.ThrowsAsync<ConnectorException>(() => gateway.Documents.GetAsync("i", "1", Token));
        Assert.Equal(TimeSpan.FromMinutes(2), time.GetUtcNow() - start);
    }

    [Fact]
    public async Task WhatPassesWithinThemIsNotNoticed()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Server.Faults.Add(FaultRule.RefuseCall(503) with { Times = 2 });

        Assert.Null(await fixture.Gateway.InteractiveDocuments.GetAsync("i", "1", Token));
    }

    [Fact]
    public async Task WhatDoesNotAnswerIsAskedOnceAndNoSettingIsBlamed()
    {
        var gate = new RequestGate();
        await using var fixture = await GatewayFixture.StartAsync(options => options with { RequestTimeout = TimeSpan.FromSeconds(0.1) });
        fixture.Server.Faults.Add(FaultRule.Hold(gate));

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => fixture.Gateway.InteractiveDocuments.GetAsync("i", "1", Token));
        gate.Open();

        Assert.EndsWith("did not answer GET /i/_doc/1 within 0.1 s. Check it, and the network.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, fixture.Server.Requests.Total);
    }

    [Fact]
    public async Task APingAsksOnceAndSpeaksOfNoWait()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var fault = fixture.Server.Faults.Add(FaultRule.RefuseCall(503));

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => fixture.Gateway.PingAsync(Token));

        Assert.Equal(1, fault.Hits);
        Assert.Contains("answered GET / with 503", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Gave up", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALimitThatIsShorterStays()
    {
        var options = new ElasticsearchOptions { RequestTimeout = TimeSpan.FromSeconds(1) };

        Assert.Equal(TimeSpan.FromSeconds(1), options.Interactive(TimeSpan.FromSeconds(5)).RequestTimeout);
        Assert.Equal(TimeSpan.FromSeconds(5), new ElasticsearchOptions().Interactive(TimeSpan.FromSeconds(5)).RequestTimeout);
    }
}
