using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine;
using Xunit;

namespace Connectors.Tests.Sync.Damage;

/// <summary>An Elasticsearch, or something before it, whose answers are not true: no document is lost or kept because of it.</summary>
public sealed class LyingAnswerTests : LyingTests
{
    private static List<string> Living { get; } = [.. Enumerable.Range(10, 90).Select(Id)];

    private protected override SyncEngineOptions Options => base.Options with { Bulk = new BulkWriterOptions { MaxOperations = 40 } };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await RunAsync([.. Enumerable.Range(0, 100).Select(Id)]);
    }

    [Fact]
    public async Task APageThatRepeatsHitsStopsTheSync()
    {
        var failure = await LieAsync("/_search", answer => Edited(answer, hits =>
            {
                for (var at = 20; at < 40; at++)
                {
                    hits[at] = hits[at - 20]!.DeepClone();
                }
            }));

        Assert.Contains("twice", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APageThatLacksHitsStopsTheSync()
    {
        var failure = await LieAsync("/_search", answer => Edited(answer, hits => hits.RemoveAt(7)));

        Assert.Contains("100 documents and gave 99", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("<html>Please log in</html>")]
    [InlineData("""{"timed_out":false,"_shards":{"failed":0}}""")]
    [InlineData("""{"timed_out":false,"_shards":{"failed":0},"hits":{"hits":[]}}""")]
    [InlineData("""{"timed_out":false,"_shards":{"failed":0},"hits":{"total":{"value":1,"relation":"eq"},"hits":{"_id":"0"}}}""")]
    [InlineData("""{"timed_out":false,"_shards":{"failed":0},"hits":{"total":{"value":1,"relation":"eq"},"hits":["0"]}}""")]
    [InlineData("""{"timed_out":false,"_shards":{"failed":0},"hits":{"total":{"value":1,"relation":"eq"},"hits":[{"_id":7}]}}""")]
    [InlineData("""{"timed_out":false,"_shards":{"failed":0},"hits":{"total":{"value":1,"relation":"eq"},"hits":[{"_id":""}]}}""")]
    [InlineData("""{"timed_out":"no","_shards":{"failed":0},"hits":{"total":{"value":0,"relation":"eq"}}}""")]
    [InlineData("""{"timed_out":false,"_shards":{"failed":0},"hits":{"total":{"value":0,"relation":"eq"}}} and more""")]
    public async Task ASearchThatCantBeUnderstoodIsNoEmptyIndex(string body)
    {
        var failure = await LieAsync("/_search", _ => new Answer(200, body));

        Assert.StartsWith("Elasticsearch at http://127.0.0.1", failure, StringComparison.Ordinal);
        Assert.Contains("POST /_search", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHitWithTwoIdsStopsTheSync() =>
        await LieAsync("/_search", answer =>
            answer with
            {
                Body = answer.Body.Replace("{\"_id\":\"0050\"", "{\"_id\":\"0050\",\"_id\":\"0051\"", StringComparison.Ordinal),
            }
        );

    [Theory]
    [InlineData(600)]
    [InlineData(1_000_000)]
    public async Task AnIdThatCantBeOneStopsTheSync(int length) =>
        await LieAsync("/_search", answer =>
            answer with
            {
                Body = answer.Body.Replace("\"0050\"", "\"" + new string('x', length) + "\"", StringComparison.Ordinal),
            }
        );

    [Theory]
    [InlineData("""{"count":"100"}""")]
    [InlineData("""{"count":1.5}""")]
    [InlineData("""{"count":-5}""")]
    [InlineData("""{"count":1000000000000}""")]
    [InlineData("""{"count":100,"count":7}""")]
    [InlineData("""{}""")]
    [InlineData("<html>Please log in</html>")]
    public async Task ACountThatCantBeOneStopsTheSync(string body)
    {
        var failure = await LieAsync("/_count", _ => new Answer(200, body));

        Assert.Contains($"GET /{Index}/_count", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/_refresh")]
    [InlineData("/_pit")]
    [InlineData("/_mapping")]
    [InlineData("/" + Index)]
    public async Task AWebPageInPlaceOfAnAnswerStopsTheSync(string route) =>
        await LieAsync(route, _ => new Answer(200, "<html>Please log in</html>", "text/html"));

    [Fact]
    public async Task AnIndexAnswerWithDoubledKeysStopsTheSync() =>
        await LieAsync("/" + Index, answer =>
            answer with
            {
                Body = answer.Body.Replace("\"mappings\":", "\"mappings\":{},\"mappings\":", StringComparison.Ordinal),
            }
        );

    [Theory]
    [InlineData("\"status\":201", "\"state\":201")]
    [InlineData("\"status\":201", "\"status\":\"201\"")]
    [InlineData("\"status\":201", "\"status\":null")]
    [InlineData("\"status\":201", "\"status\":0")]
    [InlineData("\"status\":201", "\"status\":-201")]
    [InlineData("\"status\":201", "\"status\":99999999999")]
    [InlineData("\"result\":\"created\"", "\"result\":\"perhaps\"")]
    [InlineData("\"result\":\"created\"", "\"result\":7")]
    [InlineData("\"result\":\"created\"", "\"result\":\"deleted\"")]
    public async Task ABulkItemThatCantBeUnderstoodIsNoOutcome(string from, string to)
    {
        Elasticsearch.Lie = (path, answer) =>
            path.EndsWith("/_bulk", StringComparison.Ordinal)
                ? answer with
                {
                    Body = answer.Body.Replace(from, to, StringComparison.Ordinal),
                }
                : null;

        // It is sent again, and found to be updated.
        var outcome = await RunAsync([.. Living, "new"]);

        Assert.Equal((SyncEnd.Completed, 1, 10, 0), (outcome.End, outcome.Counts.Created, outcome.Counts.Deleted, outcome.Counts.Rejected));
        await MendAsync([.. Living, "new"]);
    }

    [Theory]
    [InlineData("\"status\"", "\"state\"")]
    [InlineData("{\"index\"", "{\"other\"")]
    [InlineData("\"items\"", "\"articles\"")]
    public async Task BulkAnswersThatCanNeverBeUnderstoodEndTheSync(string from, string to)
    {
        Elasticsearch.Lie = (path, answer) =>
            path.EndsWith("/_bulk", StringComparison.Ordinal)
                ? answer with
                {
                    Body = answer.Body.Replace(from, to, StringComparison.Ordinal),
                }
                : null;

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync([.. Living, "new"]));

        Assert.Contains("bad_answer", failure.Message, StringComparison.Ordinal);
        await MendAsync([.. Living, "new"]);
    }

    [Fact]
    public async Task AnAnswerWithoutBoundIsRefusedByName()
    {
        foreach (var route in new[] { "/_search", "/_count", "/_refresh", "/" + Index })
        {
            var failure = await LieAsync(route, answer => answer with { Body = new string(' ', 42_000_000) + answer.Body });
            Assert.Contains("no answer to that call is so large", failure, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ABulkAnswerWithoutBoundIsRefusedByName()
    {
        Elasticsearch.Lie = (path, answer) =>
            path.EndsWith("/_bulk", StringComparison.Ordinal) ? answer with { Body = new string(' ', 42_000_000) + answer.Body } : null;

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Living));

        Assert.Contains("no answer to that call is so large", failure.Message, StringComparison.Ordinal);
        await MendAsync(Living);
    }

    /// <summary>Syncs under a lie about one route: it fails with an error, and the next sync mends everything.</summary>
    private async Task<string> LieAsync(string route, Func<Answer, Answer> lie)
    {
        Elasticsearch.Lie = (path, answer) => path.EndsWith(route, StringComparison.Ordinal) && answer.Status == 200 ? lie(answer) : null;
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Living));
        await MendAsync(Living);
        return failure.Message;
    }

    private async Task MendAsync(List<string> living)
    {
        Elasticsearch.Lie = null;
        Assert.Empty(living.Where(id => id != "new").Except(Elasticsearch.Server.Ids(Index)));
        Assert.Equal(SyncEnd.Completed, (await RunAsync(living)).End);
        Assert.Equal(living.Order(StringComparer.Ordinal), Elasticsearch.Server.Ids(Index));
    }

    private static Answer Edited(Answer answer, Action<JsonArray> edit)
    {
        var json = JsonNode.Parse(answer.Body)!;
        if (json["hits"]?["hits"] is JsonArray { Count: > 50 } hits)
        {
            edit(hits);
        }

        return answer with
        {
            Body = json.ToJsonString(),
        };
    }

    private static string Id(int number) => number.ToString("d4", CultureInfo.InvariantCulture);
}
