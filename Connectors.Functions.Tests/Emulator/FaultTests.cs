using System.Text;
using Connectors.Emulator;
using Connectors.Emulator.Faults;
using Xunit;

namespace Connectors.Tests.Emulator;

public sealed class FaultTests : IAsyncLifetime
{
    private const string TwoDocuments = """
        {"index":{"_id":"a"}}
        {"n":1}
        {"index":{"_id":"b"}}
        {"n":2}

        """;

    private EmulatorServer _server = null!;
    private EmulatorClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(new EmulatorOptions(), EmulatorClient.Token);
        _client = new EmulatorClient(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task ACallIsRefusedAsOftenAsTheRuleSays()
    {
        var rule = _server.Faults.Add(FaultRule.RefuseCall(429) with { Route = "_bulk", Times = 2, RetryAfterSeconds = 7 });

        using var first = await _client.SendRawAsync("POST /x/_bulk", Encoding.UTF8.GetBytes(TwoDocuments));
        var second = await _client.SendAsync("POST /_bulk", TwoDocuments);
        var third = await _client.SendAsync("POST /x/_bulk", TwoDocuments);

        Assert.Equal(429, (int)first.StatusCode);
        Assert.Equal("7", first.Headers.GetValues("Retry-After").Single());
        Assert.Equal("es_rejected_execution_exception", (string?)second.Json!["error"]!["type"]);
        Assert.Equal(200, third.Status);
        Assert.Equal(2, rule.Hits);
        Assert.Equal(3, _server.Requests.BulkCount);
    }

    [Fact]
    public async Task AnItemIsRefusedWhileTheOthersStand()
    {
        _server.Faults.Add(FaultRule.RefuseItem(429) with { Item = item => item.Id == "a" });

        var answer = await _client.SendAsync("POST /x/_bulk", TwoDocuments);

        Assert.True((bool)answer.Json!["errors"]!);
        Assert.Equal([429, 201], answer.Json["items"]!.AsArray().Select(item => (int)item!["index"]!["status"]!));
        Assert.Equal(["b"], _server.Ids("x"));
    }

    [Fact]
    public async Task AProbabilityIsDrawnFromTheRandomGiven()
    {
        var rule = _server.Faults.Add(FaultRule.RefuseItem(503) with { Probability = 0.5, Random = new Random(1) });

        for (var i = 0; i < 50; i++)
        {
            await _client.SendAsync("POST /x/_bulk", TwoDocuments);
        }

        Assert.InRange(rule.Hits, 30, 70);
    }

    [Fact]
    public async Task AConnectionCutBeforeLeavesNothingAndCutAfterLeavesEverything()
    {
        _server.Faults.Add(FaultRule.CutBefore() with { Route = "{index}/_bulk", Times = 1 });
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.SendAsync("POST /x/_bulk", TwoDocuments));
        Assert.Empty(_server.Ids("x"));

        _server.Faults.Add(FaultRule.CutAfter() with { Route = "{index}/_bulk", Times = 1 });
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.SendAsync("POST /x/_bulk", TwoDocuments));
        Assert.Equal(["a", "b"], _server.Ids("x"));
    }

    [Fact]
    public async Task AHeldCallGoesOnWhenItIsReleased()
    {
        var gate = new RequestGate();
        _server.Faults.Add(FaultRule.Hold(gate) with { Method = "POST" });

        var held = _client.SendAsync("POST /x/_bulk", TwoDocuments);
        await gate.WaitForAsync(1, EmulatorClient.Token);
        Assert.Equal(0, _server.Count("x"));
        gate.Release();

        Assert.Equal(200, (await held).Status);
        Assert.Equal(2, _server.Count("x"));
    }

    [Fact]
    public async Task ACallCanBeSpoiledWhileItIsHeld()
    {
        var gate = new RequestGate();
        _server.Faults.Add(FaultRule.Hold(gate));
        _server.Faults.Add(FaultRule.RefuseCall(503));

        var held = _client.SendAsync("POST /x/_bulk", TwoDocuments);
        await gate.WaitForAsync(1, EmulatorClient.Token);
        gate.Open();

        Assert.Equal(503, (await held).Status);
    }

    [Fact]
    public async Task EveryRequestIsSeenByTheHooks()
    {
        var seen = new List<string>();
        _server.Requests.Arrived = request => seen.Add($"{request.Method} {request.Path} {request.Body.Length}");
        _server.Requests.Done = request => seen.Add($"{request.Route} {request.Status}");

        await _client.SendAsync("PUT /x/_doc/1", "{}");

        Assert.Equal(["PUT /x/_doc/1 2", "{index}/_doc/{id} 201"], seen);
    }
}
