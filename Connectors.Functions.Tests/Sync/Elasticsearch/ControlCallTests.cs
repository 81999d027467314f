using Connectors.Abstractions;
using Connectors.Emulator;
using Connectors.Emulator.Faults;
using Connectors.Sync.Configuration;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch;

/// <summary>Control calls that fail: what passes is tried again, what can't pass ends with a sentence for the operator.</summary>
public sealed class ControlCallTests
{
    private static CancellationToken Token => GatewayFixture.Token;

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task WhatMayPassIsTriedAgain(int status)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Server.Put("search-a", "1", "{}");
        var refusal = fixture.Server.Faults.Add(FaultRule.RefuseCall(status) with { Times = 3 });

        await fixture.Gateway.Content.RefreshAsync("search-a", Token);

        Assert.Equal(3, refusal.Hits);
        Assert.Equal(4, fixture.Server.Requests.Count("{index}/_refresh"));
    }

    [Fact]
    public async Task ACutConnectionIsTriedAgain()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Server.Put("search-a", "1", "{}");
        fixture.Server.Faults.Add(FaultRule.CutBefore() with { Times = 2 });

        Assert.Equal(1, await fixture.Gateway.Content.CountAsync("search-a", Token));
    }

    [Fact]
    public async Task RetryAfterIsHonoured()
    {
        var time = new FastForwardTimeProvider();
        await using var fixture = await GatewayFixture.StartAsync(time: time);
        fixture.Server.Put("search-a", "1", "{}");
        fixture.Server.Faults.Add(FaultRule.RefuseCall(429) with { Times = 1, RetryAfterSeconds = 33 });
        var start = time.GetUtcNow();

        await fixture.Gateway.Content.RefreshAsync("search-a", Token);

        Assert.Equal(TimeSpan.FromSeconds(33), time.GetUtcNow() - start);
    }

    [Fact]
    public async Task TwoMinutesOfRefusalsAreOutlastedAndNoMore()
    {
        var time = new FastForwardTimeProvider();
        await using var fixture = await GatewayFixture.StartAsync(time: time);
        fixture.Server.Faults.Add(FaultRule.RefuseCall(503));
        var start = time.GetUtcNow();

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => fixture.Gateway.Content.CountAsync("search-a", Token));

        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Equal(TimeSpan.FromMinutes(2), time.GetUtcNow() - start);
        Assert.True(fixture.Server.Requests.Total is > 10 and < 50, $"{fixture.Server.Requests.Total} requests in two minutes.");
    }

    [Fact]
    public async Task WithoutRetriesTheFirstRefusalCounts()
    {
        await using var fixture = await GatewayFixture.StartAsync(options => options with { MaxRetries = 0 });
        fixture.Server.Faults.Add(FaultRule.RefuseCall(503));

        await Assert.ThrowsAsync<ConnectorException>(() => fixture.Gateway.Content.CountAsync("search-a", Token));

        Assert.Equal(1, fixture.Server.Requests.Total);
    }

    [Theory]
    [InlineData(400, "rejected", "answered GET /search-a/_count with 400: rejected.")]
    [InlineData(
        401,
        "no",
        "does not accept the credentials (401). Check elasticsearch.api_key, or elasticsearch.username and elasticsearch.password."
    )]
    [InlineData(
        403,
        "action [x] is unauthorized",
        "answered GET /search-a/_count with 403: action [x] is unauthorized. Grant the missing privilege to the API key or user; "
            + "docs/security.md lists all that are needed."
    )]
    public async Task WhatCannotPassIsNotTriedAgain(int status, string reason, string message)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Server.Faults.Add(FaultRule.RefuseCall(status) with { Reason = reason, Type = "some_exception" });

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => fixture.Gateway.Content.CountAsync("search-a", Token));

        Assert.Equal(FailureKind.Fatal, failure.Kind);
        Assert.Equal($"Elasticsearch at {fixture.Server.Uri.ToString().TrimEnd('/')} {message}", failure.Message);
        Assert.Equal(1, fixture.Server.Requests.Total);
    }

    [Fact]
    public async Task ACallOnAnIndexThatVanishedSaysSo()
    {
        await using var fixture = await GatewayFixture.StartAsync();

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => fixture.Gateway.Content.RefreshAsync("search-a", Token));

        Assert.Equal(
            $"Elasticsearch at {fixture.Server.Uri.ToString().TrimEnd('/')} answered POST /search-a/_refresh with 404: no such index "
                + "[search-a]. "
                + "It is created at the start of a sync, never in the middle of one.",
            failure.Message
        );
    }

    [Fact]
    public async Task ASlowAnswerIsATimeoutAndItsWaitIsLimited()
    {
        await using var fixture = await GatewayFixture.StartAsync(options =>
            options with
            {
                RequestTimeout = TimeSpan.FromSeconds(0.2),
                RetryOnTimeout = false,
            }
        );
        var gate = new RequestGate();
        fixture.Server.Faults.Add(FaultRule.Hold(gate));

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => fixture.Gateway.Content.CountAsync("search-a", Token));
        gate.Open();

        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.EndsWith(
            "did not answer GET /search-a/_count within 0.2 s. elasticsearch.request_timeout sets the limit.",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task CredentialsAreSentAndNeverPrinted()
    {
        await using var fixture = await GatewayFixture.StartAsync(
            options => options with { ApiKey = new Secret("c2VjcmV0") },
            new EmulatorOptions { Authorization = ["ApiKey c2VjcmV0"] }
        );
        await using var basic = await GatewayFixture.StartAsync(
            options => options with { Username = "elastic", Password = new Secret("s3cr3t:ü") },
            new EmulatorOptions { Authorization = ["Basic " + Convert.ToBase64String("elastic:s3cr3t:ü"u8)] }
        );
        await using var wrong = await GatewayFixture.StartAsync(
            options => options with { ApiKey = new Secret("d3Jvbmc=") },
            new EmulatorOptions { Authorization = ["ApiKey c2VjcmV0"] }
        );

        Assert.Null(await fixture.Gateway.Content.InspectAsync("search-a", Token));
        Assert.Null(await basic.Gateway.Content.InspectAsync("search-a", Token));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => wrong.Gateway.Content.InspectAsync("search-a", Token));

        Assert.DoesNotContain("d3Jvbmc", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANodeThatIsDownIsLeftOut()
    {
        await using var fixture = await GatewayFixture.StartAsync(options =>
            options with
            {
                Hosts = [new Uri("http://127.0.0.1:1"), .. options.Hosts],
            }
        );
        fixture.Server.Put("search-a", "1", "{}");

        for (var call = 0; call < 4; call++)
        {
            Assert.Equal(1, await fixture.Gateway.Content.CountAsync("search-a", Token));
        }

        Assert.Equal(4, fixture.Server.Requests.Total);
    }

    [Fact]
    public async Task ANodeThatRefusesIsFollowedByTheNext()
    {
        await using var busy = await GatewayFixture.StartAsync();
        busy.Server.Faults.Add(FaultRule.RefuseCall(503));
        await using var fixture = await GatewayFixture.StartAsync(options =>
            options with
            {
                Hosts = [busy.Server.Uri, .. options.Hosts],
                MaxRetries = 0,
            }
        );
        fixture.Server.Put("search-a", "1", "{}");

        for (var call = 0; call < 4; call++)
        {
            Assert.Equal(1, await fixture.Gateway.Content.CountAsync("search-a", Token));
        }

        Assert.Equal(1, busy.Server.Requests.Total);
    }

    [Fact]
    public void HostsOfDifferentSchemesAreRefused()
    {
        var options = new ElasticsearchOptions { Hosts = [new Uri("http://a:9200"), new Uri("https://b:9200")] };

        Assert.Throws<ConnectorException>(() => GatewayFixture.GatewayOf(options));
    }
}
