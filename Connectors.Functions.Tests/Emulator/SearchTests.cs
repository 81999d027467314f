using System.Text.Json.Nodes;
using Connectors.Emulator;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Emulator;

public sealed class SearchTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private EmulatorServer _server = null!;
    private EmulatorClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(new EmulatorOptions { TimeProvider = _time }, EmulatorClient.Token);
        _client = new EmulatorClient(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task APointInTimeShowsTheIndexAsItWasInPagesThatNeitherRepeatNorLose()
    {
        Fill(25);
        var point = await OpenAsync();
        _server.Put("x", "d07", """{"n":700}""");
        _server.Put("x", "later", """{"n":1}""");
        _server.Delete("x", "d03");

        var ids = new List<string>();
        JsonNode? after = null;
        while (true)
        {
            var body = new JsonObject
            {
                ["size"] = 4,
                ["sort"] = new JsonArray("_shard_doc"),
                ["pit"] = new JsonObject { ["id"] = point },
                ["query"] = JsonNode.Parse("""{"match_all":{}}"""),
            };
            if (after is not null)
            {
                body["search_after"] = after;
            }

            var hits = await HitsAsync("POST /_search", body.ToJsonString());
            if (hits.Count == 0)
            {
                break;
            }

            ids.AddRange(hits.Select(hit => (string)hit!["_id"]!));
            after = hits[^1]!["sort"]!.DeepClone();
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"d{i:00}"), ids);
    }

    [Fact]
    public async Task SlicesTogetherAreTheWholeAndShareNothing()
    {
        Fill(23);
        var point = await OpenAsync();
        var ids = new List<string>();
        for (var slice = 0; slice < 4; slice++)
        {
            var body =
                $$$"""{"size":100,"sort":["_shard_doc"],"slice":{"id":{{{slice}}}, "max":4},"pit":{"id":"{{{point}}}"},"track_total_hits":false}""";
            ids.AddRange((await HitsAsync("POST /_search", body)).Select(hit => (string)hit!["_id"]!));
        }

        Assert.Equal(Enumerable.Range(0, 23).Select(i => $"d{i:00}"), ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task APointInTimeEndsWhenItIsNotUsed()
    {
        Fill(1);
        var point = await OpenAsync();
        var body = $$"""{"pit":{"id":"{{point}}","keep_alive":"2m"} }""";
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(200, (await _client.SendAsync("POST /_search", body)).Status);
        _time.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal(200, (await _client.SendAsync("POST /_search", body)).Status);
        _time.Advance(TimeSpan.FromSeconds(121));

        var (status, answer) = await _client.SendAsync("POST /_search", body);

        Assert.Equal(404, status);
        Assert.Equal("search_context_missing_exception", (string?)answer!["error"]!["root_cause"]![0]!["type"]);
    }

    [Fact]
    public async Task DigestsAndTimestampsAreReadFromDocValuesAfterUpdatesToo()
    {
        await _client.SendAsync(
            "PUT /x",
            """{"mappings":{"dynamic":false,"properties":{"_digest":{"type":"long","index":false},"_timestamp":{"type":"date"}}}}"""
        );
        await _client.SendAsync("PUT /x/_doc/1", """{"_digest":5,"_timestamp":"2026-01-01T00:00:00+01:00"}""");
        await _client.SendAsync("POST /x/_update/1", """{"doc":{"_digest":-9223372036854775808}}""");
        await _client.SendAsync("PUT /x/_doc/2", """{"other":1}""");

        var hits = await HitsAsync("POST /x/_search", """{"_source":false,"sort":["_doc"],"docvalue_fields":["_digest","_timestamp"]}""");

        Assert.Equal(
            """{"_digest":[-9223372036854775808],"_timestamp":["2025-12-31T23:00:00.000Z"]}""",
            hits[0]!["fields"]!.ToJsonString()
        );
        Assert.Null(hits[1]!["fields"]);
    }

    [Theory]
    [InlineData("""{"range":{"seen":{"lt":"now-300s"}}}""", "old")]
    [InlineData("""{"range":{"seen":{"gte":"now-300s","lte":"now"}}}""", "fresh")]
    [InlineData("""{"range":{"seen":{"gte":"2026-03-01||/d","lt":"2026-03-01||+1d/d"}}}""", "fresh old")]
    [InlineData("""{"range":{"n":{"gt":1}}}""", "old")]
    [InlineData("""{"range":{"seen":{"lte":"2026-03"}}}""", "fresh old")]
    [InlineData("""{"terms":{"status":["pending","suspended"]}}""", "fresh")]
    [InlineData("""{"term":{"connector.id":{"value":"c1"}}}""", "fresh")]
    [InlineData("""{"term":{"flag":true}}""", "fresh")]
    [InlineData("""{"term":{"n":2}}""", "old")]
    [InlineData("""{"exists":{"field":"connector"}}""", "fresh old")]
    [InlineData("""{"exists":{"field":"connector.id"}}""", "fresh old")]
    [InlineData("""{"ids":{"values":["old","absent"]}}""", "old")]
    [InlineData("""{"terms":{"_id":["old"]}}""", "old")]
    [InlineData("""{"bool":{"should":[{"term":{"status":"done"}},{"term":{"n":1}}],"must_not":{"term":{"flag":true}}}}""", "old")]
    [InlineData("""{"bool":{"must":[{"match_all":{}}],"should":[{"term":{"n":9}}]}}""", "fresh none old")]
    [InlineData("""{"bool":{"filter":[{"term":{"n":1}}],"minimum_should_match":1,"should":[{"term":{"n":9}}]}}""", "")]
    [InlineData("""{"match":{"text":"brown wolf"}}""", "fresh old")]
    [InlineData("""{"match":{"text":{"query":"brown wolf","operator":"and"}}}""", "old")]
    [InlineData("""{"match_phrase":{"text":"quick brown"}}""", "fresh")]
    [InlineData("""{"multi_match":{"query":"fox","fields":["text","status"]}}""", "fresh")]
    [InlineData("""{"simple_query_string":{"query":"fox wolf","fields":["text"],"default_operator":"and"}}""", "")]
    [InlineData("""{"prefix":{"status":"pen"}}""", "fresh")]
    [InlineData("""{"term":{"unmapped":"x"}}""", "")]
    [InlineData("""{"constant_score":{"filter":{"term":{"list":"b"}}}}""", "fresh")]
    public async Task AQueryFindsWhatItShould(string query, string expected)
    {
        await _client.SendAsync(
            "PUT /q",
            """
            {"mappings":{"dynamic":false,"properties":{"seen":{"type":"date"},"n":{"type":"long"},"status":{"type":"keyword"},"flag":{"type":"boolean"},"list":{"type":"keyword"},
            "text":{"type":"text"},"connector":{"properties":{"id":{"type":"keyword"}}}}}}
            """
        );
        _server.Put(
            "q",
            "old",
            """{"seen":"2026-03-01T11:50:00Z","n":2,"status":"done","flag":false,"connector":{"id":"c2"},"text":"a Brown wolf, quick","unmapped":"x"}"""
        );
        _server.Put(
            "q",
            "fresh",
            """{"seen":"2026-03-01T11:58:00Z","n":1,"status":"pending","flag":true,"connector.id":"c1","text":"the quick brown fox","list":["a","b"]}"""
        );
        _server.Put("q", "none", "{}");

        var hits = await HitsAsync("POST /q/_search", $$"""{"query":{{query}}}""");
        var (_, count) = await _client.SendAsync("POST /q/_count", $$"""{"query":{{query}}}""");

        Assert.Equal(expected, string.Join(' ', hits.Select(hit => (string)hit!["_id"]!).Order(StringComparer.Ordinal)));
        Assert.Equal(hits.Count, (int)count!["count"]!);
    }

    [Fact]
    public async Task SortsBySeveralFieldsWithWhatIsMissingLastAndGoesOnAfterAHit()
    {
        _server.Put("x", "a", """{"n":2,"t":"2026-01-01"}""");
        _server.Put("x", "b", """{"n":1,"t":"2026-01-02"}""");
        _server.Put("x", "c", """{"t":"2026-01-02"}""");
        _server.Put("x", "d", """{"n":3}""");

        var hits = await HitsAsync("POST /x/_search", """{"sort":[{"t":"desc"},{"n":{"order":"asc","missing":"_last"}}]}""");
        var rest = await HitsAsync(
            "POST /x/_search",
            $$"""{"sort":[{"t":"desc"},"n"],"search_after":{{hits[1]!["sort"]!.ToJsonString()}}}"""
        );

        Assert.Equal(["b", "c", "a", "d"], hits.Select(hit => (string)hit!["_id"]!));
        Assert.Equal("[1767312000000,9223372036854775807]", hits[1]!["sort"]!.ToJsonString());
        Assert.Equal(["a", "d"], rest.Select(hit => (string)hit!["_id"]!));
    }

    [Fact]
    public async Task FromAndSizePageThroughHitsAndTheTotalCountsThemAll()
    {
        Fill(30);

        var (_, answer) = await _client.SendAsync(
            "POST /x/_search",
            """{"from":20,"size":5,"query":{"range":{"n":{"gte":3}}},"track_total_hits":true}"""
        );

        Assert.Equal(27, (int)answer!["hits"]!["total"]!["value"]!);
        Assert.Equal(["d23", "d24", "d25", "d26", "d27"], answer["hits"]!["hits"]!.AsArray().Select(hit => (string)hit!["_id"]!));
    }

    [Fact]
    public async Task BetterMatchesComeFirstAndTheirWordsAreMarked()
    {
        _server.Put("x", "a", """{"body":"one fox"}""");
        _server.Put("x", "b", """{"body":"a fox and another fox with a wolf"}""");

        var hits = await HitsAsync("POST /x/_search", """{"query":{"match":{"body":"fox wolf"}},"highlight":{"fields":{"body":{}}}}""");

        Assert.Equal(["b", "a"], hits.Select(hit => (string)hit!["_id"]!));
        Assert.Equal("a <em>fox</em> and another <em>fox</em> with a <em>wolf</em>", (string?)hits[0]!["highlight"]!["body"]![0]);
    }

    [Theory]
    [InlineData("""{"_source":["a","o.x*"]}""", """{"a":1,"o":{"x1":2}}""")]
    [InlineData("""{"_source":{"excludes":["o"]}}""", """{"a":1,"b":"é"}""")]
    [InlineData("""{"_source":{"includes":["o"],"excludes":["o.x1"]}}""", """{"o":{"y":[3]}}""")]
    [InlineData("""{"_source":"b"}""", """{"b":"é"}""")]
    [InlineData("""{}""", """{"a":1,"b":"é","o":{"x1":2,"y":[3]}}""")]
    public async Task TheSourceIsCutAsAsked(string body, string expected)
    {
        _server.Put("x", "1", """{"a":1,"b":"é","o":{"x1":2,"y":[3]}}""");

        var hits = await HitsAsync("POST /x/_search", body);

        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), hits[0]!["_source"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"aggs":{"a":{"terms":{"field":"n"}}}}""", "The emulator does not know [aggs] in a search")]
    [InlineData("""{"query":{"nested":{"path":"a"}}}""", "unknown query [nested]")]
    [InlineData(
        """{"query":{"query_string":{"query":"a AND (b)","fields":["n"]}}}""",
        "The emulator does not know operators in a query_string; it takes plain words"
    )]
    [InlineData("""{"sort":[{"n":{"order":"asc","nested":{}}}]}""", "The emulator does not know the sort option [nested]")]
    [InlineData("""{"docvalue_fields":[{"field":"n","format":"yyyy"}]}""", "The emulator does not know the format [yyyy]")]
    public async Task WhatItDoesNotKnowItRefuses(string body, string reason)
    {
        Fill(1);

        var (status, answer) = await _client.SendAsync("POST /x/_search", body);

        Assert.Equal(400, status);
        Assert.Equal(reason, (string?)answer!["error"]!["reason"]);
    }

    private void Fill(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _server.Put("x", $"d{i:00}", $$"""{"n":{{i}}}""");
        }
    }

    private async Task<string> OpenAsync() => (string)(await _client.SendAsync("POST /x/_pit?keep_alive=1m")).Json!["id"]!;

    private async Task<JsonArray> HitsAsync(string request, string body)
    {
        var (status, answer) = await _client.SendAsync(request, body);
        Assert.True(status == 200, answer?.ToJsonString());
        return answer!["hits"]!["hits"]!.AsArray();
    }
}
