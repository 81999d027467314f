using System.Collections.Concurrent;
using Connectors.Abstractions;
using Connectors.Emulator;
using Connectors.Emulator.Faults;
using Connectors.Sync.Bulk;
using Connectors.Sync.Elasticsearch.Indices;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Staged;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Sync.Elasticsearch;
using Xunit;

namespace Connectors.Tests.Sync.Engine;

/// <summary>Documents of which Elasticsearch makes embeddings: slowly, with limits, and perhaps not at all.</summary>
public sealed class SemanticSyncTests : IDisposable
{
    private const string Index = "search-meaning";
    private readonly EngineFixture _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task RequestsAreSmallAndItemsThatTheInferenceServiceRefusesAreWaitedFor()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await MapAsync(fixture);
        fixture.Server.Faults.Add(FaultRule.RefuseItem(429, "inference_exception") with { After = 10, Times = 60 });

        var lines = new ConcurrentQueue<int>();
        fixture.Server.Requests.Arrived = request =>
        {
            if (request.Route == "{index}/_bulk")
            {
                lines.Enqueue(request.Body.Span.Count((byte)'\n'));
            }
        };

        var outcome = await RunAsync(fixture, 120);

        Assert.Equal((SyncEnd.Completed, 120L, 0L), (outcome.End, outcome.Counts.Created, outcome.Counts.Rejected));
        Assert.Equal(120, fixture.Server.Count(Index));
        Assert.Equal(100, lines.Max());
        Assert.True(lines.Count >= 4, $"only {lines.Count} requests");
    }

    [Fact]
    public async Task AnInferenceThatTakesLongerThanOtherCallsMayIsWaitedFor()
    {
        // Two documents a second, and a limit of one second for all other calls.
        await using var fixture = await GatewayFixture.StartAsync(
            options => options with { RequestTimeout = TimeSpan.FromSeconds(1) },
            new EmulatorOptions { InferencesPerSecond = 2 }
        );
        await MapAsync(fixture);

        var outcome = await RunAsync(fixture, 4);

        Assert.Equal((SyncEnd.Completed, 4L), (outcome.End, outcome.Counts.Created));
        Assert.Equal(1, fixture.Server.Requests.BulkCount);
    }

    [Fact]
    public async Task ARequestThatTakesTooLongIsDivided()
    {
        await using var fixture = await GatewayFixture.StartAsync(emulator: new EmulatorOptions { InferencesPerSecond = 4 });
        await MapAsync(fixture);

        var outcome = await RunAsync(fixture, 8, new BulkWriterOptions { InferenceTimeout = TimeSpan.FromSeconds(1.2) });

        Assert.Equal((SyncEnd.Completed, 8L), (outcome.End, outcome.Counts.Created));
        Assert.True(fixture.Server.Requests.BulkCount >= 3);
    }

    [Fact]
    public async Task AnEndpointThatIsGoneIsNamedAndNoIndexIsSaidToBeGone()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await MapAsync(fixture, ".multilingual-e5-small-elasticsearch");
        await DeleteAsync(fixture, "_inference/.multilingual-e5-small-elasticsearch");

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(fixture, 1));

        Assert.Equal(
            "A field of 'search-meaning' names an inference endpoint that does not exist (Inference id "
                + "[.multilingual-e5-small-elasticsearch] not found for field [text_semantic]). Create the endpoint, or map the field with "
                + "another one; what was not written is written by the next sync.",
            failure.Message
        );
    }

    [Fact]
    public async Task AFieldThatIsAddedLaterReachesDocumentsThatDidNotChangeOnce()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        Assert.Equal(3, (await RunAsync(fixture, 3)).Counts.Created);

        await MapAsync(fixture);
        var rewritten = await RunAsync(fixture, 3);
        var after = await RunAsync(fixture, 3);

        Assert.Equal(
            (3L, "the index's mappings and the inference endpoints changed since the last full sync."),
            (rewritten.Counts.Updated, rewritten.Rewrite)
        );
        Assert.Equal((3L, 0L), (after.Counts.Skipped, after.Counts.Indexed));
    }

    [Fact]
    public void StepsReadLessAndWriteLongerWhereInferenceIsPassed()
    {
        var limits = new StagedSyncOptions();

        Assert.Equal((100, TimeSpan.FromMinutes(20)), (limits.For(true).MaxOperations, limits.For(true).MaxWriteTime));
        Assert.Same(limits, limits.For(false));
    }

    private static async Task MapAsync(GatewayFixture fixture, string? endpoint = null)
    {
        SemanticField[] fields = [new("text", endpoint)];
        await fixture.Gateway.Content.PrepareAsync(Index, GatewayFixture.Token);
        await fixture.Gateway.Semantic.CheckAsync(Index, fields, GatewayFixture.Token);
        await fixture.Gateway.Semantic.AddAsync(Index, fields, GatewayFixture.Token);
    }

    private static async Task DeleteAsync(GatewayFixture fixture, string path)
    {
        using var client = new HttpClient { BaseAddress = fixture.Server.Uri };
        (await client.DeleteAsync(path, GatewayFixture.Token)).EnsureSuccessStatusCode();
    }

    private async Task<SyncOutcome> RunAsync(GatewayFixture fixture, int documents, BulkWriterOptions? bulk = null)
    {
        _engine.Target = fixture.Gateway.Content;
        _engine.Options = new SyncEngineOptions { StateFolder = _engine.Folder.Path, Bulk = bulk ?? new BulkWriterOptions() };
        _engine.Request = _engine.Request with { IndexName = Index };
        var source = new MemorySource
        {
            PageSize = 500,
            Partitions =
            [
                [.. Enumerable.Range(0, documents).Select(number => new MemoryDocument($"id-{number}", $"text number {number}"))],
            ],
        };
        return await _engine.RunNextAsync(source);
    }
}
