using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Emulator.Faults;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Elasticsearch.Indices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch.Indices;

public sealed class ContentIndexTests
{
    private static CancellationToken Token => GatewayFixture.Token;

    [Fact]
    public async Task AMissingIndexIsCreatedWithTheMappingsOfOurFields()
    {
        await using var fixture = await GatewayFixture.StartAsync();

        Assert.Null(await fixture.Gateway.Content.InspectAsync("search-a", Token));
        var state = await fixture.Gateway.Content.PrepareAsync("search-a", Token);

        Assert.True(state.Created);
        Assert.NotEmpty(state.Uuid);
        var mappings = await MappingsAsync(fixture, "search-a");
        Assert.Equal("keyword", (string?)mappings["properties"]!["id"]!["type"]);
        Assert.Equal("date", (string?)mappings["properties"]!["_timestamp"]!["type"]);
        Assert.Equal("""{"type":"long","index":false}""", mappings["properties"]!["_digest"]!.ToJsonString());
        Assert.Equal(state with { Created = false }, await fixture.Gateway.Content.PrepareAsync("search-a", Token));
    }

    [Fact]
    public async Task OfAnExistingIndexOnlyWhatIsMissingIsAdded()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Gateway.Documents.EnsureIndexAsync(
            "search-a",
            Json("""{"mappings":{"dynamic":false,"properties":{"id":{"type":"text"},"title":{"type":"text"}}}}"""),
            Token
        );
        fixture.Server.Put("search-a", "1", """{"id":"1"}""");

        var state = await fixture.Gateway.Content.PrepareAsync("search-a", Token);

        Assert.False(state.Created);
        Assert.Equal(1, state.DocumentCount);
        var properties = (await MappingsAsync(fixture, "search-a"))["properties"]!.AsObject();
        Assert.Equal(["_digest", "_timestamp", "id", "title"], properties.Select(pair => pair.Key).Order(StringComparer.Ordinal));
        Assert.Equal("text", (string?)properties["id"]!["type"]);
    }

    [Fact]
    public async Task AnAliasOfOneIndexStandsForIt()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Gateway.Documents.EnsureIndexAsync("search-a-1", Json("""{"aliases":{"search-a":{}}}"""), Token);

        Assert.False((await fixture.Gateway.Content.PrepareAsync("search-a", Token)).Created);

        await fixture.Gateway.Documents.EnsureIndexAsync("search-a-2", Json("""{"aliases":{"search-a":{}}}"""), Token);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => fixture.Gateway.Content.PrepareAsync("search-a", Token));
        Assert.Contains("'search-a' stands for 2 indices", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APatternIsNoIndexThoughItFindsOne()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Gateway.Content.PrepareAsync("search-a", Token);
        var before = await MappingsAsync(fixture, "search-a");

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => fixture.Gateway.Content.PrepareAsync("search-*", Token));

        Assert.Equal(
            "'search-*' can't be the name of an index: it has '*' in it. Write small letters, digits, - and _, such as search-orders.",
            failure.Message
        );
        Assert.Equal(before.ToJsonString(), (await MappingsAsync(fixture, "search-a")).ToJsonString());
    }

    [Fact]
    public async Task ADataStreamIsRefused()
    {
        await using var server = await PlainServer.StartAsync(context =>
            context.Response.WriteAsJsonAsync(
                Json(
                    """{".ds-logs-2026.01.31-000001": {"aliases": {}, "mappings": {}, "settings": {"index.uuid": "u"}, "data_stream": "logs"}}"""
                )
            )
        );
        using var gateway = GatewayFixture.GatewayOf(server.Uri);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => gateway.Content.PrepareAsync("logs", Token));

        Assert.Equal(
            $"'logs' is a data stream at Elasticsearch {server.Uri.ToString().TrimEnd('/')}: what is in one can't be changed or deleted. "
                + "Attach an index to the connector.",
            failure.Message
        );
    }

    [Theory]
    [InlineData(403, true)]
    [InlineData(404, false)]
    public async Task APipelineThatMayNotBeSeenIsTakenToBeThere(int status, bool exists)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Server.Faults.Add(FaultRule.RefuseCall(status) with { Type = "security_exception" });

        Assert.Equal(exists, await fixture.Gateway.Content.PipelineExistsAsync("p", Token));
    }

    [Fact]
    public async Task OurMetaIsReplacedAndThatOfOthersStays()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Gateway.Documents.EnsureIndexAsync("search-a", Json("""{"mappings":{"_meta":{"owner":"kibana"}}}"""), Token);

        await fixture.Gateway.Content.WriteMetaAsync("search-a", Json("""{"fingerprint":"1"}"""), Token);
        Assert.Equal("""{"fingerprint":"1"}""", (await fixture.Gateway.Content.InspectAsync("search-a", Token))!.Meta!.ToJsonString());
        await fixture.Gateway.Content.WriteMetaAsync("search-a", null, Token);

        Assert.Null((await fixture.Gateway.Content.InspectAsync("search-a", Token))!.Meta);
        Assert.Equal("""{"owner":"kibana"}""", (await MappingsAsync(fixture, "search-a"))["_meta"]!.ToJsonString());
    }

    [Theory]
    [InlineData(10_000, 1_000_000)]
    [InlineData(100, 1_000_000)]
    [InlineData(100, 300)]
    public async Task EveryIdIsReadOnceWithItsVersion(int pageSize, int documentsPerSlice)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        ((ContentIndex)fixture.Gateway.Content).DocumentsPerSlice = documentsPerSlice;
        await fixture.Gateway.Documents.EnsureIndexAsync(
            "search-a",
            Json($$"""{"settings":{"index.max_result_window":{{pageSize}} } }"""),
            Token
        );
        await fixture.Gateway.Content.PrepareAsync("search-a", Token);
        var expected = new Dictionary<string, DocumentVersion>(StringComparer.Ordinal);
        for (var i = 0; i < 1_000; i++)
        {
            var (id, json, version) = (i % 4) switch
            {
                0 => ($"digest {i}", $$"""{"_digest":{{i + 1}},"_timestamp":"2026-01-01T00:00:00Z"}""", DocumentVersion.FromDigest(i + 1)),
                1 => (
                    $"time \"{i}\"",
                    """{"_timestamp":"2026-01-01T01:00:00.123456+01:00"}""",
                    DocumentVersion.FromTimestamp("2026-01-01T00:00:00.123456Z")
                ),
                2 => ($"Zeit ü{i}", """{"_timestamp":"2026-01-02T00:00:00Z"}""", DocumentVersion.FromTimestamp("2026-01-02")),
                _ => ($"none-{i}", """{"a":{"_id":"x","sort":[1],"_timestamp":"2026-01-01T00:00:00Z"}}""", DocumentVersion.None),
            };
            fixture.Server.Put("search-a", id, json);
            expected.Add(id, version);
        }

        var read = new Dictionary<string, DocumentVersion>(StringComparer.Ordinal);
        await fixture.Gateway.Content.ReadIdsAsync("search-a", () => (id, version) => read.Add(Encoding.UTF8.GetString(id), version), Token);

        Assert.Equal(expected.OrderBy(pair => pair.Key, StringComparer.Ordinal), read.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.Equal(fixture.Server.Requests.Count("{index}/_pit"), fixture.Server.Requests.Counts["DELETE _pit"]);
    }

    [Fact]
    public async Task ThePointInTimeIsClosedWhenReadingFails()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Server.Put("search-a", "1", "{}");

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            fixture.Gateway.Content.ReadIdsAsync("search-a", () => (_, _) => throw new InvalidOperationException("no room"), Token)
        );

        Assert.Equal(1, fixture.Server.Requests.Counts["DELETE _pit"]);
    }

    [Fact]
    public async Task WhenAPointInTimeIsLostAllIdsAreReadFromTheBeginning()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Gateway.Documents.EnsureIndexAsync("search-a", Json("""{"settings":{"index.max_result_window":10} }"""), Token);
        for (var i = 0; i < 25; i++)
        {
            fixture.Server.Put("search-a", $"{i:00}", "{}");
        }

        var lost = FaultRule.RefuseCall(404) with { Route = "_search", Type = "search_context_missing_exception", After = 1, Times = 1 };
        fixture.Server.Faults.Add(lost);
        List<List<string>> readings = [];

        await fixture.Gateway.Content.ReadIdsAsync(
            "search-a",
            () =>
            {
                readings.Add([]);
                return (id, _) => readings[^1].Add(Encoding.UTF8.GetString(id));
            },
            Token
        );

        Assert.Equal([10, 25], readings.Select(reading => reading.Count));
        Assert.Equal(25, readings[1].Distinct().Count());
        Assert.Equal(2, fixture.Server.Requests.Counts["DELETE _pit"]);
    }

    [Fact]
    public async Task AMissingPointInTimeIsNeverTakenForTheEnd()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Server.Put("search-a", "1", "{}");
        fixture.Server.Faults.Add(FaultRule.RefuseCall(404) with { Route = "_search", Type = "search_context_missing_exception" });

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            fixture.Gateway.Content.ReadIdsAsync("search-a", () => (_, _) => { }, Token)
        );

        Assert.Equal(
            (
                FailureKind.Retry,
                "The point in time over index 'search-a' was lost (a node left, or the index was deleted) while its ids were read; a "
                    + "new sync reads them again."
            ),
            (failure.Kind, failure.Message)
        );
    }

    [Fact]
    public async Task AMissingIndexHasNoIds()
    {
        await using var fixture = await GatewayFixture.StartAsync();

        await fixture.Gateway.Content.ReadIdsAsync("search-a", () => (_, _) => Assert.Fail("There is none."), Token);

        Assert.Empty(fixture.Server.IndexNames);
    }

    [Fact]
    public async Task EveryOperationOfABulkHasItsOutcome()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Gateway.Content.PrepareAsync("search-a", Token);
        fixture.Server.Put("search-a", "old", "{}");
        fixture.Server.Put("search-a", "gone", "{}");

        var response = await BulkAsync(
            fixture,
            null,
            """
            {"index":{"_id":"new"}}
            {"a":1}
            {"index":{"_id":"old"}}
            {"a":2}
            {"delete":{"_id":"gone"}}
            {"delete":{"_id":"never"}}
            {"index":{"_id":"bad"}}
            {"id":{"yesterday":1}}

            """,
            5
        );

        Assert.Equal(200, response.Status);
        Assert.Equal(
            [
                (201, BulkItemResult.Created),
                (200, BulkItemResult.Updated),
                (200, BulkItemResult.Deleted),
                (404, BulkItemResult.NotFound),
                (400, BulkItemResult.None),
            ],
            response.Items.Select(item => (item.Status, item.Result))
        );
        Assert.Equal("document_parsing_exception", response.Items[4].Error!.Type);
        Assert.Contains("yesterday", response.Items[4].Error!.Reason, StringComparison.Ordinal);
        Assert.All(response.Items.Take(4), item => Assert.Null(item.Error));
        Assert.Equal(2, await fixture.Gateway.Content.CountAsync("search-a", Token));
    }

    [Fact]
    public async Task ARefusedBulkIsAValueAndSentOnce()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Gateway.Content.PrepareAsync("search-a", Token);
        fixture.Server.Faults.Add(FaultRule.RefuseCall(429) with { Route = "_bulk", Times = 1, RetryAfterSeconds = 7 });

        var refused = await BulkAsync(fixture, null, "{\"delete\":{\"_id\":\"a\"}}\n", 1);
        var sent = fixture.Server.Requests.BulkCount;
        fixture.Server.Faults.Add(FaultRule.CutBefore() with { Route = "_bulk" });
        var cut = await BulkAsync(fixture, null, "{\"delete\":{\"_id\":\"a\"}}\n", 1);

        Assert.Equal(
            (429, TimeSpan.FromSeconds(7), "es_rejected_execution_exception"),
            (refused.Status, refused.RetryAfter, refused.Error!.Type)
        );
        Assert.Equal(1, sent);
        Assert.Equal((0, 0), (cut.Status, cut.Items.Count));
        Assert.NotNull(cut.Error);
    }

    [Fact]
    public async Task ACancelledBulkThrows()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Gateway.Content.PrepareAsync("search-a", Token);
        var gate = new RequestGate();
        fixture.Server.Faults.Add(FaultRule.Hold(gate) with { Route = "_bulk" });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var bulk = fixture.Gateway.Content.BulkAsync("search-a", null, "{\"delete\":{\"_id\":\"a\"}}\n"u8.ToArray(), 1, null, stop.Token);
        await gate.WaitForAsync(1, Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bulk);
        gate.Open();
    }

    [Fact]
    public async Task AnIndexThatVanishedIsNotMadeAgainByABulk()
    {
        var time = new FakeTimeProvider();
        await using var fixture = await GatewayFixture.StartAsync(time: time);
        await fixture.Gateway.Content.PrepareAsync("search-a", Token);
        const string Body = "{\"index\":{\"_id\":\"a\"}}\n{}\n";
        Assert.Equal(200, (await BulkAsync(fixture, null, Body, 1)).Status);

        using var http = new HttpClient { BaseAddress = fixture.Server.Uri };
        (await http.DeleteAsync(new Uri("search-a", UriKind.Relative), Token)).EnsureSuccessStatusCode();
        time.Advance(TimeSpan.FromSeconds(1));
        var vanished = await BulkAsync(fixture, null, Body, 1);
        var names = fixture.Server.IndexNames;
        fixture.Server.Put("search-a", "1", "{}");
        var replaced = await BulkAsync(fixture, null, Body, 1);

        Assert.Equal((404, "index_not_found_exception"), (vanished.Status, vanished.Error!.Type));
        Assert.Empty(names);
        Assert.Equal(
            (
                404,
                "Index 'search-a' was deleted and recreated since the sync began. The sync writes nothing more to it; the next sync "
                    + "fills it."
            ),
            (replaced.Status, replaced.Error!.Reason)
        );
        Assert.Equal(["1"], fixture.Server.Ids("search-a"));
    }

    [Fact]
    public async Task ADocumentGoesThroughItsPipeline()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Gateway.Content.PrepareAsync("search-a", Token);
        using var http = new HttpClient { BaseAddress = fixture.Server.Uri };
        using var pipeline = new StringContent(
            """{"processors":[{"set":{"field":"a","value":"set"}}]}""",
            Encoding.UTF8,
            "application/json"
        );
        (await http.PutAsync(new Uri("_ingest/pipeline/ours", UriKind.Relative), pipeline, Token)).EnsureSuccessStatusCode();

        await BulkAsync(fixture, "ours", "{\"index\":{\"_id\":\"1\"}}\n{}\n", 1);

        Assert.Equal("""{"a":"set"}""", fixture.Server.Get("search-a", "1"));
        Assert.True(await fixture.Gateway.Content.PipelineExistsAsync("ours", Token));
        Assert.False(await fixture.Gateway.Content.PipelineExistsAsync("theirs", Token));
    }

    private static Task<BulkResponse> BulkAsync(GatewayFixture fixture, string? pipeline, string body, int operations) =>
        fixture.Gateway.Content.BulkAsync("search-a", pipeline, Encoding.UTF8.GetBytes(body), operations, null, Token);

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    private static async Task<JsonObject> MappingsAsync(GatewayFixture fixture, string index)
    {
        using var http = new HttpClient { BaseAddress = fixture.Server.Uri };
        var text = await http.GetStringAsync(new Uri($"{index}/_mapping", UriKind.Relative), Token);
        return Json(text)[index]!["mappings"]!.AsObject();
    }
}
