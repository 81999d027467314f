using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Sync.Elasticsearch;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Pages;

/// <summary>docs/documents.md, line by line: what Elasticsearch can't take as it is, and what becomes of it.</summary>
public sealed class OddDocumentsTests : IDisposable
{
    private const string Index = "search-odd";
    private readonly EngineFixture _engine = new();

    public static TheoryData<string, string> Sanitized =>
        new()
        {
            { """{"":1}""", """{"_":1}""" },
            { """{"...":1}""", """{"_":1}""" },
            { """{".x":1,"y.":2}""", """{"_.x":1,"y.":2}""" },
            { """{"  ":1}""", """{"_":1}""" },
            { """{"a":5,"a.b":1}""", """{"a":5,"a_b":1}""" },
            { """{"a.b":1,"a":{"b":2}}""", """{"a.b":1,"a":{"b":2}}""" },
            { """{"a":[1,{"b":2}]}""", """{"a":[1,"{\"b\":2}"]}""" },
            { Deep(30, "1"), Deep(20, "\"" + Deep(10, "1").Replace("\"", "\\\"", StringComparison.Ordinal) + "\"") },
            { """{"n":1e400}""", """{"n":1e400}""" },
            { """{"n":9223372036854775808}""", """{"n":9223372036854775808}""" },
            { """{"n":0.1234567890123456789012345678901234567890}""", """{"n":0.1234567890123456789012345678901234567890}""" },
            { $$"""{"t":"{{new string('x', 40_000)}}"}""", $$"""{"t":"{{new string('x', 40_000)}}"}""" },
            { """{"d":"2026-02-30"}""", """{"d":"2026-02-30"}""" },
            { $$"""{"{{new string('n', 5_000)}}":1}""", $$"""{"{{new string('n', 5_000)}}":1}""" },
        };

    public static TheoryData<string, string> OneAfterTheOther =>
        new()
        {
            { """{"f":"2026-01-01"}""", """{"f":"soon"}""" },
            { """{"f":1}""", """{"f":"one"}""" },
            { """{"f":1}""", """{"f":9223372036854775808}""" },
            { """{"f":1.5}""", """{"f":1e39}""" },
            { """{"f":true}""", """{"f":1}""" },
            { """{"f":"text"}""", """{"f":7}""" },
            { """{"f":{"g":1}}""", """{"f":null}""" },
        };

    public void Dispose() => _engine.Dispose();

    [Theory]
    [MemberData(nameof(Sanitized))]
    public async Task ADocumentThatIsOddByItselfIsIndexed(string body, string stored)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var outcome = await RunAsync(fixture, ("odd", body));

        Assert.Equal((1L, 0L), (outcome.Counts.Created, outcome.Rejections.Total));
        Assert.Equal(stored, StoredBody(fixture, "odd"));
        Assert.Equal(1, (await RunAsync(fixture, ("odd", body))).Counts.Skipped);
    }

    [Theory]
    [MemberData(nameof(OneAfterTheOther))]
    public async Task AValueThatDoesNotFitTheFieldThatAnotherDocumentMadeCostsNoDocument(string first, string second)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var outcome = await RunAsync(fixture, ("1", first), ("2", second));

        Assert.Equal((2L, 0L), (outcome.Counts.Created, outcome.Rejections.Total));
        Assert.Equal(second, StoredBody(fixture, "2"));
    }

    [Theory]
    [InlineData("""{"f":1}""", """{"f":{"g":1}}""")]
    [InlineData("""{"f":{"g":1}}""", """{"f":1}""")]
    [InlineData("""{"f.g":1}""", """{"f":"text"}""")]
    [InlineData("""{"f":"2026-01-01"}""", """{"f":{"g":1}}""")]
    public async Task AnObjectWhereAnotherDocumentHasAValueIsReportedAndNothingElseIsLost(string first, string second)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var outcome = await RunAsync(fixture, ("1", first), ("2", second), ("3", first));

        Assert.Equal((SyncEnd.Completed, 2L, 1L), (outcome.End, outcome.Counts.Created, outcome.Counts.Rejected));
        var rejection = Assert.Single(outcome.Rejections.Samples);
        Assert.Equal(("2", "document_parsing_exception"), (rejection.Id, rejection.Type));
        Assert.Contains("f", rejection.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{\n\"a\":")]
    [InlineData("7")]
    public async Task ABodyThatIsNoObjectIsToldWithItsDocument(string body)
    {
        await using var fixture = await GatewayFixture.StartAsync();

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(fixture, ("1", """{"f":1}"""), ("2", body)));

        Assert.StartsWith("Document '2': the source gave a body that is not one JSON object: ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(". This is a bug in the source.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FieldsBeyondTheLimitAreKeptAndNotIndexed()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var wide = new JsonObject(Enumerable.Range(0, 1_500).Select(i => KeyValuePair.Create($"f{i}", (JsonNode?)i))).ToJsonString();
        var outcome = await RunAsync(fixture, ("wide", wide), ("later", """{"f0":1,"brand":{"new":1},"f1499":"text"}"""));

        Assert.Equal((2L, 0L), (outcome.Counts.Created, outcome.Rejections.Total));
        Assert.Equal(wide, StoredBody(fixture, "wide"));
        using var http = new HttpClient { BaseAddress = fixture.Server.Uri };
        var mapping = JsonNode.Parse(await http.GetStringAsync(new Uri($"{Index}/_mapping", UriKind.Relative), GatewayFixture.Token))![
            Index
        ]!["mappings"]!["properties"]!.AsObject();
        Assert.Equal(1_000, mapping.Count);
        Assert.False(mapping.ContainsKey("brand"));
    }

    [Fact]
    public async Task InAnIndexThatSomebodyElseMadeWhatDoesNotFitIsReported()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Gateway.Documents.EnsureIndexAsync(Index, new JsonObject(), GatewayFixture.Token);
        var outcome = await RunAsync(fixture, ("1", """{"f":"2026-01-01"}"""), ("2", """{"f":"soon"}"""));

        Assert.Equal((1L, 1L), (outcome.Counts.Created, outcome.Counts.Rejected));
        Assert.Equal("2", Assert.Single(outcome.Rejections.Samples).Id);
    }

    private static string Deep(int levels, string value) =>
        string.Concat(Enumerable.Repeat("{\"a\":", levels)) + value + new string('}', levels);

    /// <summary>What is stored without what we add before it.</summary>
    private static string StoredBody(GatewayFixture fixture, string id)
    {
        var stored = fixture.Server.Get(Index, id)!;
        var start = stored.IndexOf(',', stored.IndexOf("\"_digest\":", StringComparison.Ordinal));
        return "{" + stored[(start + 1)..];
    }

    private Task<SyncOutcome> RunAsync(GatewayFixture fixture, params (string Id, string Body)[] documents)
    {
        _engine.Target = fixture.Gateway.Content;
        _engine.Options = new SyncEngineOptions
        {
            StateFolder = _engine.Folder.Path,
            Rejections = new RejectionLimits { MaxRate = 1 },
        };
        _engine.Request = _engine.Request with { IndexName = Index };
        return _engine.RunNextAsync(new RawSource(documents));
    }
}
