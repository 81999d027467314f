using Connectors.Abstractions;
using Connectors.Emulator;
using Connectors.Emulator.Faults;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch.Calls;
using Connectors.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch;

public sealed class PreflightTests
{
    private static CancellationToken Token => GatewayFixture.Token;

    [Theory]
    [InlineData("8.0.0")]
    [InlineData("8.19.2")]
    [InlineData("9.5.0")]
    [InlineData("9.99.0-SNAPSHOT")]
    public async Task KnownVersionsAreAccepted(string version)
    {
        await using var fixture = await GatewayFixture.StartAsync(emulator: new EmulatorOptions { Version = version });

        var info = await fixture.Gateway.ConnectAsync(Token);

        Assert.Equal(version.Split('-')[0], info.Version!.ToString());
        Assert.False(info.IsServerless);
    }

    [Theory]
    [InlineData("7.17.9", "has version 7.17.9; this service works with 8.x to 9.x. Upgrade Elasticsearch.")]
    [InlineData("10.0.0", "has version 10.0.0; this service works with 8.x to 9.x. Take a newer release of this service.")]
    [InlineData("soon", "reports the version 'soon', which can't be read.")]
    public async Task OthersAreRefused(string version, string message)
    {
        await using var fixture = await GatewayFixture.StartAsync(emulator: new EmulatorOptions { Version = version });

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => fixture.Gateway.ConnectAsync(Token));

        Assert.EndsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Fatal, failure.Kind);
    }

    [Fact]
    public async Task ItWaitsForAServerThatIsNotUpYet()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Server.Faults.Add(FaultRule.CutBefore() with { Times = 2 });
        fixture.Server.Faults.Add(FaultRule.RefuseCall(503) with { Times = 2 });

        Assert.NotNull((await fixture.Gateway.ConnectAsync(Token)).Version);
        Assert.Equal(5, fixture.Server.Requests.Total);
    }

    [Fact]
    public async Task ItGivesUpAfterTheTimeThatIsSet()
    {
        var time = new FastForwardTimeProvider();
        using var gateway = GatewayFixture.GatewayOf(
            new ElasticsearchOptions { Hosts = [new Uri("http://127.0.0.1:1")], MaxWaitDuration = TimeSpan.FromSeconds(30) },
            time
        );
        var start = time.GetUtcNow();

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => gateway.ConnectAsync(Token));

        Assert.StartsWith(
            "Gave up after 30 s (a service waits for elasticsearch.max_wait_duration). Elasticsearch at http://127.0.0.1:1 can't be "
                + "reached (GET /): ",
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(TimeSpan.FromSeconds(30), time.GetUtcNow() - start);
    }

    [Fact]
    public async Task WhoDoesNotWaitIsNotToldThatItGaveUp()
    {
        var time = new FastForwardTimeProvider();
        using var gateway = GatewayFixture.GatewayOf(
            new ElasticsearchOptions { Hosts = [new Uri("http://127.0.0.1:1")], MaxWaitDuration = TimeSpan.Zero },
            time
        );
        var start = time.GetUtcNow();

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => gateway.ConnectAsync(Token));

        Assert.StartsWith("Elasticsearch at http://127.0.0.1:1 can't be reached (GET /): ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, time.GetUtcNow() - start);
    }

    [Theory]
    [InlineData(false, "Check elasticsearch.host and the network. If it speaks TLS there, write https:// instead of http://.")]
    [InlineData(true, "Check elasticsearch.host and the network.")]
    public void OnlyAnAddressThatNeverAnsweredMaySpeakTls(bool hasAnswered, string remedy)
    {
        var options = new ElasticsearchOptions { Hosts = [new Uri("http://127.0.0.1:1")] };
        var failures = new ElasticsearchFailures(options, new ServerTrust(options, TimeProvider.System)) { HasAnswered = hasAnswered };
        using var broken = new ElasticsearchResponse(0, null) { Failure = new HttpRequestException(HttpRequestError.ResponseEnded, "cut") };

        var failure = failures.Of(ElasticsearchRequest.Get("search-a"), broken);

        Assert.Equal($"Elasticsearch at http://127.0.0.1:1 can't be reached (GET /search-a): cut. {remedy}", failure.Message);
    }

    [Fact]
    public async Task AnAddressThatSpeaksHttpIsNotCalledUntrusted()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var gateway = GatewayFixture.GatewayOf(
            new ElasticsearchOptions { Hosts = [new Uri($"https://127.0.0.1:{elasticsearch.Uri.Port}")] },
            TimeProvider.System
        );

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => gateway.ConnectAsync(Token));

        Assert.Equal(
            $"What answers at https://127.0.0.1:{elasticsearch.Uri.Port} does not speak TLS. Write http:// instead of https:// in "
                + "elasticsearch.host, or turn TLS on in Elasticsearch.",
            failure.Message
        );
    }

    [Fact]
    public async Task WrongCredentialsEndItAtOnce()
    {
        await using var fixture = await GatewayFixture.StartAsync(emulator: new EmulatorOptions { Authorization = ["ApiKey right"] });

        await Assert.ThrowsAsync<ConnectorException>(() => fixture.Gateway.ConnectAsync(Token));

        Assert.Equal(1, fixture.Server.Requests.Total);
    }

    [Fact]
    public async Task AnotherServiceThatRefusesTheRequestIsNotTakenForElasticsearch()
    {
        await using var server = await PlainServer.StartAsync(context =>
        {
            context.Response.StatusCode = 400;
            return Task.CompletedTask;
        });
        using var gateway = GatewayFixture.GatewayOf(server.Uri);

        foreach (var call in (Func<Task>[])[() => gateway.ConnectAsync(Token), () => gateway.ReachAsync(Token)])
        {
            Assert.StartsWith(
                $"What answers at {server.Uri.ToString().TrimEnd('/')} is not Elasticsearch",
                (await Assert.ThrowsAsync<ConnectorException>(call)).Message,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public async Task AnotherProductIsRefused()
    {
        await using var server = await PlainServer.StartAsync(async context =>
            await context.Response.WriteAsJsonAsync(new { version = new { number = "9.5.0" } })
        );
        using var gateway = GatewayFixture.GatewayOf(server.Uri);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => gateway.ConnectAsync(Token));

        Assert.StartsWith(
            $"What answers at {server.Uri.ToString().TrimEnd('/')} is not Elasticsearch",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ServerlessIsAcceptedWhateverItsVersion()
    {
        await using var server = await PlainServer.StartAsync(async context =>
        {
            context.Response.Headers["X-Elastic-Product"] = "Elasticsearch";
            await context.Response.WriteAsJsonAsync(
                new { cluster_name = "c", version = new { number = "7.11.0", build_flavor = "serverless" } }
            );
        });
        using var gateway = GatewayFixture.GatewayOf(server.Uri);

        Assert.True((await gateway.ConnectAsync(Token)).IsServerless);
    }

    [Fact]
    public async Task AKeyThatMayNotSeeTheVersionIsEnough()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Server.Faults.Add(FaultRule.RefuseCall(403) with { Type = "security_exception" });

        Assert.Null((await fixture.Gateway.ConnectAsync(Token)).Version);
    }
}
