using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Tests.Cli;
using Xunit;

namespace Connectors.Tests.Emulator;

/// <summary>What a person types first, with curl, to see whether something arrived.</summary>
public sealed class FirstRequestsTests : IAsyncLifetime
{
    private EmulatorServer _server = null!;
    private EmulatorClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(new EmulatorOptions(), EmulatorClient.Token);
        _client = new EmulatorClient(_server);
        await _client.SendAsync(
            "PUT /search-notes",
            """{"settings":{"number_of_replicas":0},"mappings":{"properties":{"path":{"type":"keyword"},"size":{"type":"long"}}}}"""
        );
        _server.Put("search-notes", "1", """{"title":"Lemon cake","path":"cakes/lemon.md","size":12,"author":{"name":"Ada"}}""");
        _server.Put("search-notes", "2", """{"title":"Pumpkin soup with lemon","path":"soups/pumpkin.md","size":340}""");
        _server.Put("search-notes", "3", """{"title":"Bread","path":"bread.md","size":5}""");
        _server.Put(".hidden", "1", """{"title":"lemon"}""");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("lemon", "1 2")]
    [InlineData("LEMON pumpkin", "2 1")]
    [InlineData("lemon AND pumpkin", "2")]
    [InlineData("lemon OR bread", "1 2 3")]
    [InlineData("+lemon -cake", "2")]
    [InlineData("lemon NOT pumpkin", "1")]
    [InlineData("-lemon", "3")]
    [InlineData("\"pumpkin soup\"", "2")]
    [InlineData("\"soup pumpkin\"", "")]
    [InlineData("title:lem*", "1 2")]
    [InlineData("path:lemon", "")]
    [InlineData("path:cakes*", "1")]
    [InlineData("path:bread.md", "3")]
    [InlineData("size:340", "2")]
    [InlineData("author.name:ada", "1")]
    [InlineData("author.name:*", "1")]
    [InlineData("*", "1 2 3")]
    [InlineData("*:*", "1 2 3")]
    [InlineData("zucchini", "")]
    [InlineData("nothing:lemon", "")]
    public async Task AQueryInTheUrlFindsWhatElasticsearchWouldFind(string q, string ids)
    {
        var (status, found) = await _client.SendAsync($"GET /search-notes/_search?q={Uri.EscapeDataString(q)}");
        var (_, counted) = await _client.SendAsync($"GET /search-notes/_count?q={Uri.EscapeDataString(q)}");

        Assert.Equal(200, status);
        var hits = found!["hits"]!["hits"]!.AsArray().Select(hit => (string)hit!["_id"]!);
        Assert.Equal(ids, string.Join(' ', q.StartsWith("LEMON", StringComparison.Ordinal) ? hits : hits.Order(StringComparer.Ordinal)));
        Assert.Equal(ids.Length == 0 ? 0 : ids.Split(' ').Length, (int)counted!["count"]!);
    }

    [Theory]
    [InlineData("size:[1 TO 5]")]
    [InlineData("lemon~2")]
    [InlineData("lemon AND cake OR bread")]
    [InlineData("\"lemon")]
    public async Task WhatTheEmulatorCantReadIsRefusedAndNotGuessed(string q)
    {
        var (status, refusal) = await _client.SendAsync($"GET /search-notes/_search?q={Uri.EscapeDataString(q)}");

        Assert.Equal(400, status);
        Assert.Contains("emulator", refusal!.ToJsonString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task TheListOfIndicesIsATableForPeople()
    {
        using var answer = await _client.SendRawAsync("GET /_cat/indices?v&h=health,index,docs.count,rep", null);
        using var plain = await _client.SendRawAsync("GET /_cat/indices?h=index,docs.count", null);
        using var all = await _client.SendRawAsync("GET /_cat/indices?h=index&expand_wildcards=all", null);

        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(
            "health index        rep docs.count\ngreen  search-notes   0          3\n",
            await answer.Content.ReadAsStringAsync(EmulatorClient.Token)
        );
        Assert.Equal("search-notes 3\n", await plain.Content.ReadAsStringAsync(EmulatorClient.Token));
        Assert.Equal(
            [".hidden", "search-notes"],
            (await all.Content.ReadAsStringAsync(EmulatorClient.Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order()
        );
    }

    [Fact]
    public async Task WhoAsksForJsonGetsJsonAndAMissingIndexIsAnErrorInJson()
    {
        using var json = await _client.SendRawAsync("GET /_cat/indices", null, headers: [new("Accept", "application/json")]);
        var (status, error) = await _client.SendAsync("GET /_cat/indices/nope");

        var rows = JsonNode.Parse(await json.Content.ReadAsStringAsync(EmulatorClient.Token))!.AsArray();
        Assert.Equal("search-notes", (string)Assert.Single(rows)!["index"]!);
        Assert.Equal((404, "index_not_found_exception"), (status, (string)error!["error"]!["type"]!));
    }

    [Fact]
    public async Task ATakenPortIsToldWithTheWayOut()
    {
        using var cli = new CliRun();

        Assert.Equal(1, await cli.RunBareAsync("emulator", "--port", $"{_server.Uri.Port}"));

        Assert.Contains($"port {_server.Uri.Port} of 127.0.0.1 is taken", cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--port 0", cli.Error.ToString(), StringComparison.Ordinal);
    }
}
