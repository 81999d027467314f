using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Damage;

/// <summary>
/// Lies about settings, mappings, aliases and pipelines, on every route that reads them: each member of the answer in turn is gone or of
/// another type. A sync ends right or with an error, no document that lives is deleted, and what others keep in the mapping is kept.
/// </summary>
public sealed class LyingSettingsTests : LyingTests
{
    private const string Pipeline = "shaping";
    private static readonly string[] All = [.. Enumerable.Range(0, 30).Select(number => $"{number:d4}")];
    private static readonly string[] Living = All[10..];

    private protected override TimeProvider GatewayTime { get; } = new HastyTime();

    private protected override SyncRequest Request => base.Request with { Pipeline = new PipelineSettings(Pipeline, false, false, false) };

    /// <summary>Ends of the paths that are read.</summary>
    public static TheoryData<string> Routes => ["GET /" + Index, $"GET /{Index}/_settings", "GET /_ingest/pipeline/" + Pipeline];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await PutAsync("_ingest/pipeline/" + Pipeline, """{"processors": [{"set": {"field": "through", "value": true}}]}""");
        await RunAsync(All);
        await KeepTheirsAsync();
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task NoMemberThatIsGoneOrOfAnotherTypeDeletesOrForgetsAnything(string route)
    {
        var lies = await LiesAsync(route);
        Assert.True(lies.Count >= 8, $"{route}: {lies.Count} lies");
        foreach (var (what, body) in lies)
        {
            await RunAsync(All, allowMassDelete: true);
            Elasticsearch.Lie = (path, answer) => path == route && answer.Status == 200 ? answer with { Body = body } : null;
            string end;
            try
            {
                end = (await RunAsync(Living)).End.ToString();
            }
            catch (ConnectorException failure)
            {
                end = failure.Message;
            }

            Elasticsearch.Lie = null;
            var ids = Elasticsearch.Server.Ids(Index);
            Assert.True(!Living.Except(ids).Any(), $"{what}: {end}: {Living.Except(ids).Count()} documents are lost");
            Assert.True(end != nameof(SyncEnd.Completed) || ids.Count == Living.Length, $"{what}: completed with {ids.Count} documents");
            var next = await RunAsync(Living);
            if (next.End == SyncEnd.Refused && MayBeTrue(what))
            {
                // Nobody can tell that the mark is there: the documents count as somebody else's until a person says otherwise.
                next = await RunAsync(Living, allowMassDelete: true);
            }

            Assert.True(next.End == SyncEnd.Completed, $"{what}: {end}, and the next sync does not mend it: {next.Message}");
            Assert.Equal(Living, Elasticsearch.Server.Ids(Index).Order(StringComparer.Ordinal));
            Assert.True(await TheirsAsync() == "kept" || MayBeTrue(what), $"{what}: {end}, and what others kept in _meta is gone");
            await KeepTheirsAsync();
        }
    }

    /// <summary>What is answered, with one member gone, of another type, or there twice.</summary>
    private async Task<List<(string What, string Body)>> LiesAsync(string route)
    {
        string? answered = null;
        Elasticsearch.Lie = (path, answer) =>
        {
            answered = path == route && answer.Status == 200 ? answer.Body : answered;
            return null;
        };
        await RunAsync(Living);
        await RunAsync(All);
        Elasticsearch.Lie = null;
        Assert.NotNull(answered);
        List<(string, string)> lies = [];
        foreach (var path in Paths(JsonNode.Parse(answered)!.AsObject(), [], depth: 4))
        {
            foreach (var lie in (string?[])[null, "null", "7", "\"x\"", "[]", "{}"])
            {
                var json = JsonNode.Parse(answered)!.AsObject();
                var parent = path[..^1].Aggregate(json, (node, name) => node[name]!.AsObject());
                if (lie is null)
                {
                    parent.Remove(path[^1]);
                }
                else
                {
                    parent[path[^1]] = JsonNode.Parse(lie);
                }

                lies.Add(($"{route}, {string.Join('/', path)} {lie ?? "gone"}", json.ToJsonString()));
            }
        }

        return lies;
    }

    /// <summary>A mapping without our mark, or without what others keep beside it, is what somebody else's index has.</summary>
    private static bool MayBeTrue(string lie) =>
        lie.Contains("/mappings/_meta", StringComparison.Ordinal) || lie.EndsWith("/mappings {}", StringComparison.Ordinal);

    private static IEnumerable<string[]> Paths(JsonObject json, string[] above, int depth) =>
        json.SelectMany(member =>
            (
                (string[][])
                    [
                        [.. above, member.Key],
                    ]
            ).Concat(depth > 1 && member.Value is JsonObject inner ? Paths(inner, [.. above, member.Key], depth - 1) : [])
        );

    private async Task KeepTheirsAsync()
    {
        var meta = (await MappingAsync())["_meta"]!.DeepClone().AsObject();
        meta["theirs"] = "kept";
        await PutAsync($"{Index}/_mapping", new JsonObject { ["_meta"] = meta }.ToJsonString());
    }

    private async Task<string?> TheirsAsync() => (await MappingAsync())["_meta"]?["theirs"]?.ToString();

    private async Task<JsonObject> MappingAsync()
    {
        using var http = new HttpClient { BaseAddress = Elasticsearch.Server.Uri };
        return (await http.GetFromJsonAsync<JsonObject>(Index, Token))![Index]!["mappings"]!.AsObject();
    }

    private async Task PutAsync(string path, string body)
    {
        using var http = new HttpClient { BaseAddress = Elasticsearch.Server.Uri };
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.PutAsync(path, content, Token);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>A clock by which so much time passes between two looks that the index is looked at before each bulk request.</summary>
    private sealed class HastyTime : TimeProvider
    {
        private readonly FastForwardTimeProvider _time = new();
        private long _hurry;

        public override long TimestampFrequency => _time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => _time.GetUtcNow();

        public override long GetTimestamp() => _time.GetTimestamp() + Interlocked.Add(ref _hurry, 2 * TimestampFrequency);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _time.CreateTimer(callback, state, dueTime, period);
    }
}
