using System.Collections.Concurrent;
using Connectors.Abstractions;
using Connectors.Emulator;
using Connectors.Emulator.Faults;
using Connectors.Sync.Bulk;
using Connectors.Sync.Elasticsearch.Indices;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Sync.Elasticsearch;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Engine;

/// <summary>Documents of which Elasticsearch makes embeddings: slowly, with limits, and perhaps not at all.</summary>
public sealed class SemanticSyncTests : IDisposable
{
    private const string Index = "search-meaning";
    private readonly TemporaryFolder _folder = new();
    private int _jobs;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RequestsAreSmallAndItemsThatTheInferenceServiceRefusesAreWaitedFor()
    {
        await using var bench = await GatewayBench.StartAsync();
        await MapAsync(bench);
        bench.Server.Faults.Add(FaultRule.RefuseItem(429, "inference_exception") with { After = 10, Times = 60 });

        var lines = new ConcurrentQueue<int>();
        bench.Server.Requests.Arrived = request =>
        {
            if (request.Route == "{index}/_bulk")
            {
                lines.Enqueue(request.Body.Span.Count((byte)'\n'));
            }
        };

        var outcome = await RunAsync(bench, 120);

        Assert.Equal((SyncEnd.Completed, 120L, 0L), (outcome.End, outcome.Counts.Created, outcome.Counts.Rejected));
        Assert.Equal(120, bench.Server.Count(Index));
        Assert.Equal(100, lines.Max());
        Assert.True(lines.Count >= 4, $"only {lines.Count} requests");
    }

    [Fact]
    public async Task AnInferenceThatTakesLongerThanOtherCallsMayIsWaitedFor()
    {
        // Two documents a second, and a limit of one second for all other calls.
        await using var bench = await GatewayBench.StartAsync(
            options => options with { RequestTimeout = TimeSpan.FromSeconds(1) },
            new EmulatorOptions { InferencesPerSecond = 2 }
        );
        await MapAsync(bench);

        var outcome = await RunAsync(bench, 4);

        Assert.Equal((SyncEnd.Completed, 4L), (outcome.End, outcome.Counts.Created));
        Assert.Equal(1, bench.Server.Requests.BulkCount);
    }

    [Fact]
    public async Task ARequestThatTakesTooLongIsDivided()
    {
        await using var bench = await GatewayBench.StartAsync(emulator: new EmulatorOptions { InferencesPerSecond = 4 });
        await MapAsync(bench);

        var outcome = await RunAsync(bench, 8, new BulkWriterOptions { InferenceTimeout = TimeSpan.FromSeconds(1.2) });

        Assert.Equal((SyncEnd.Completed, 8L), (outcome.End, outcome.Counts.Created));
        Assert.True(bench.Server.Requests.BulkCount >= 3);
    }

    [Fact]
    public async Task AnEndpointThatIsGoneIsNamedAndNoIndexIsSaidToBeGone()
    {
        await using var bench = await GatewayBench.StartAsync();
        await MapAsync(bench, ".multilingual-e5-small-elasticsearch");
        await DeleteAsync(bench, "_inference/.multilingual-e5-small-elasticsearch");

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(bench, 1));

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
        await using var bench = await GatewayBench.StartAsync();
        Assert.Equal(3, (await RunAsync(bench, 3)).Counts.Created);

        await MapAsync(bench);
        var rewritten = await RunAsync(bench, 3);
        var after = await RunAsync(bench, 3);

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

    private static async Task MapAsync(GatewayBench bench, string? endpoint = null)
    {
        SemanticField[] fields = [new("text", endpoint)];
        await bench.Gateway.Content.PrepareAsync(Index, GatewayBench.Token);
        await bench.Gateway.Semantic.CheckAsync(Index, fields, GatewayBench.Token);
        await bench.Gateway.Semantic.AddAsync(Index, fields, GatewayBench.Token);
    }

    private static async Task DeleteAsync(GatewayBench bench, string path)
    {
        using var client = new HttpClient { BaseAddress = bench.Server.Uri };
        (await client.DeleteAsync(path, GatewayBench.Token)).EnsureSuccessStatusCode();
    }

    private async Task<SyncOutcome> RunAsync(GatewayBench bench, int documents, BulkWriterOptions? bulk = null)
    {
        var options = new SyncEngineOptions { StateFolder = _folder.Path, Bulk = bulk ?? new BulkWriterOptions() };
        var source = new MemorySource
        {
            PageSize = 500,
            Partitions =
            [
                [.. Enumerable.Range(0, documents).Select(number => new MemoryDocument($"id-{number}", $"text number {number}"))],
            ],
        };
        var engine = new SyncEngine(
            bench.Gateway.Content,
            options,
            new FastForwardTimeProvider(),
            new Random(1),
            NullLoggerFactory.Instance
        );
        var request = new SyncRequest
        {
            JobId = $"job-{++_jobs}",
            ConnectorId = "c",
            ServiceType = "memory",
            IndexName = Index,
            Fingerprint = "f",
        };
        return await engine.RunAsync(request, source, new SyncProgress(), default, GatewayBench.Token);
    }
}
