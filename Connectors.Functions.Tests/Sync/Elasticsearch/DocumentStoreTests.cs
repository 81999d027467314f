using System.Text;
using System.Text.Json.Nodes;
using Connectors.Emulator.Faults;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch;

public sealed class DocumentStoreTests
{
    private const string Jobs = "jobs";

    private static CancellationToken Token => GatewayFixture.Token;

    [Fact]
    public async Task ADocumentIsCreatedOnceReadChangedAndDeleted()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var store = fixture.Gateway.Documents;

        var created = await store.CreateAsync(Jobs, "job/1 ü", Json("""{"a":{"x":1},"b":[1]}"""), Token);
        var again = await store.CreateAsync(Jobs, "job/1 ü", Json("{}"), Token);
        var updated = await store.UpdateAsync(Jobs, "job/1 ü", Json("""{"a":{"y":2},"b":[2]}"""), created, Token);
        var stale = await store.UpdateAsync(Jobs, "job/1 ü", Json("""{"a":{"y":3}}"""), created, Token);
        var read = await store.GetAsync(Jobs, "job/1 ü", Token);
        var staleDelete = await store.DeleteAsync(Jobs, "job/1 ü", created, Token);
        var deleted = await store.DeleteAsync(Jobs, "job/1 ü", read, Token);

        Assert.Equal("job/1 ü", created!.Id);
        Assert.Null(again);
        Assert.Equal((DocumentWrite.Done, DocumentWrite.Conflict), (updated, stale));
        Assert.Equal("""{"a":{"x":1,"y":2},"b":[2]}""", read!.Source.ToJsonString());
        Assert.True(read.SequenceNumber > created.SequenceNumber);
        Assert.Equal((DocumentWrite.Conflict, DocumentWrite.Done), (staleDelete, deleted));
        Assert.Null(await store.GetAsync(Jobs, "job/1 ü", Token));
    }

    [Fact]
    public async Task WhatIsMissingIsAValue()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var store = fixture.Gateway.Documents;

        Assert.Null(await store.GetAsync("none", "1", Token));
        Assert.Equal(DocumentWrite.Missing, await store.UpdateAsync("none", "1", Json("""{"a":1}"""), null, Token));
        Assert.Equal(DocumentWrite.Missing, await store.DeleteAsync("none", "1", null, Token));
        Assert.Empty(await store.SearchAsync("none", null, null, Token).ToListAsync(Token));
        Assert.Empty(fixture.Server.IndexNames);
    }

    [Fact]
    public async Task ACreationWhoseAnswerWasLostMakesOneDocument()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Server.Faults.Add(FaultRule.CutAfter() with { Times = 1 });

        var created = await fixture.Gateway.Documents.CreateAsync(Jobs, null, Json("""{"a":1}"""), Token);

        Assert.NotNull(created);
        Assert.Equal([created.Id], fixture.Server.Ids(Jobs));
        Assert.Equal(
            DocumentWrite.Done,
            await fixture.Gateway.Documents.UpdateAsync(Jobs, created.Id, Json("""{"a":2}"""), created, Token)
        );
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(499, null)]
    [InlineData(500, null)]
    [InlineData(1_234, null)]
    [InlineData(1_234, "created_at")]
    public async Task ASearchFindsEverythingOnce(int count, string? sort)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Gateway.Documents.EnsureIndexAsync(
            Jobs,
            Json("""{"mappings":{"dynamic":false,"properties":{"created_at":{"type":"date"},"kind":{"type":"keyword"}}}}"""),
            Token
        );
        for (var i = 0; i < count; i++)
        {
            fixture.Server.Put(Jobs, $"j{i}", $$"""{"kind":"a","created_at":"2026-01-{{1 + (i * 7 % 28):00}}T00:00:00Z"}""");
        }

        fixture.Server.Put(Jobs, "other", """{"kind":"b"}""");
        var found = await fixture.Gateway.Documents.SearchAsync(Jobs, Json("""{"term":{"kind":"a"}}"""), sort, Token).ToListAsync(Token);

        Assert.Equal(count, found.Select(document => document.Id).Distinct().Count());
        Assert.Equal(count, found.Count);
        Assert.All(found, document => Assert.True(document.SequenceNumber >= 0 && document.PrimaryTerm > 0));
        if (sort is not null)
        {
            var order = found.Select(document => (string?)document.Source[sort]).ToList();
            Assert.Equal(order.Order(StringComparer.Ordinal), order);
        }
    }

    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task TheLastOnesAreFoundByOneSearch()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        Assert.Empty(await fixture.Gateway.Documents.SearchLastAsync("none", null, "created_at", 5, Token));
        await fixture.Gateway.Documents.EnsureIndexAsync(
            Jobs,
            Json("""{"mappings":{"dynamic":false,"properties":{"created_at":{"type":"date"},"kind":{"type":"keyword"}}}}"""),
            Token
        );
        for (var i = 0; i < 1_200; i++)
        {
            fixture.Server.Put(Jobs, $"j{i}", $$"""{"kind":"{{(i % 2 == 0 ? "a" : "b")}}","created_at":"{{Epoch.AddMinutes(i):O}}"}""");
        }

        fixture.Server.Put(Jobs, "undated", """{"kind":"a"}""");

        Assert.Equal(
            ["j1198", "j1196", "j1194"],
            (await fixture.Gateway.Documents.SearchLastAsync(Jobs, Json("""{"term":{"kind":"a"}}"""), "created_at", 3, Token)).Select(
                document => document.Id
            )
        );
        var most = await fixture.Gateway.Documents.SearchLastAsync(Jobs, null, "created_at", 1_000, Token);
        Assert.Equal((1_000, "j1199", "j200"), (most.Count, most[0].Id, most[^1].Id));
        Assert.All(most, document => Assert.True(document.SequenceNumber >= 0));
    }

    [Fact]
    public async Task AnIndexIsMadeOnce()
    {
        await using var fixture = await GatewayFixture.StartAsync();

        Assert.True(await fixture.Gateway.Documents.EnsureIndexAsync(Jobs, [], Token));
        Assert.False(await fixture.Gateway.Documents.EnsureIndexAsync(Jobs, [], Token));
    }

    [Fact]
    public async Task WhoMayNotMakeAnIndexWaitsForIt()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Server.Faults.Add(FaultRule.RefuseCall(403) with { Type = "security_exception", Method = "PUT", Route = "{index}" });

        await ProtocolIndices.EnsureAsync(fixture.Gateway.Documents, Token);

        Assert.Empty(await fixture.Gateway.Documents.SearchAsync(ProtocolIndices.Connectors, null, null, Token).ToListAsync(Token));
    }

    [Fact]
    public async Task WhereSettingsAreRefusedTheIndexIsMadeWithoutThem()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Server.Faults.Add(
            FaultRule.RefuseCall(400) with
            {
                Type = "illegal_argument_exception",
                Request = request => Encoding.UTF8.GetString(request.Body.Span).Contains("number_of_shards", StringComparison.Ordinal),
            }
        );

        await ProtocolIndices.EnsureAsync(fixture.Gateway.Documents, Token);
        await ProtocolIndices.EnsureAsync(fixture.Gateway.Documents, Token);

        Assert.NotNull(await fixture.Gateway.Documents.CreateAsync(ProtocolIndices.Connectors, "c1", [], Token));
        Assert.NotNull(await fixture.Gateway.Documents.CreateAsync(ProtocolIndices.SyncJobs, "j1", [], Token));
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
