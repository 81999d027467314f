using System.Globalization;
using Connectors.Emulator.Faults;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Sync.Elasticsearch;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sync.Engine;

/// <summary>Engine, gateway and a server over HTTP, with faults of all kinds.</summary>
public sealed class SyncOverHttpTests : IAsyncLifetime
{
    private const string Index = "search-http";
    private readonly EngineFixture _engine = new();
    private GatewayFixture _elasticsearch = null!;
    private int _indices;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await GatewayFixture.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _elasticsearch.DisposeAsync();
        _engine.Dispose();
    }

    [Fact]
    public async Task ThreeThousandDocumentsComeAcrossAndASecondSyncSendsNoBulk()
    {
        var source = Numbered(3_000, 0, pageSize: 700);
        var first = await RunAsync(source);
        Assert.Equal((SyncEnd.Completed, 3_000L, 3_000L), (first.End, first.Counts.Created, first.TotalDocuments));

        _elasticsearch.Server.Requests.Reset();
        var second = await RunAsync(Numbered(3_000, 0, pageSize: 700));

        Assert.Equal((3_000L, 0L), (second.Counts.Skipped, second.Counts.Indexed));
        Assert.Equal(0, _elasticsearch.Server.Requests.BulkCount);
    }

    [Fact]
    public async Task AStormOf429IsWaitedOutAndNothingIsLost()
    {
        _elasticsearch.Server.Faults.Add(
            FaultRule.RefuseCall(429) with
            {
                Route = "{index}/_bulk",
                Probability = 0.5,
                Random = new Random(7),
            }
        );
        _elasticsearch.Server.Faults.Add(FaultRule.RefuseItem(429) with { Probability = 0.2, Random = new Random(8) });

        var outcome = await RunAsync(Numbered(1_000, 0));

        Assert.Equal((SyncEnd.Completed, 1_000L, 0L), (outcome.End, outcome.Counts.Created, outcome.Counts.Rejected));
        Assert.Equal(1_000, _elasticsearch.Server.Count(Index));
    }

    [Fact]
    public async Task ControlCallsThatFailForAWhileDontEndASync()
    {
        foreach (var route in new[] { "{index}/_refresh", "{index}/_count", "{index}/_mapping", "{index}/_pit" })
        {
            _elasticsearch.Server.Faults.Add(FaultRule.RefuseCall(503) with { Route = route, Times = 2 });
        }

        Assert.Equal(SyncEnd.Completed, (await RunAsync(Numbered(100, 0))).End);
        Assert.Equal(100, (await RunAsync(Numbered(100, 0))).Counts.Skipped);
    }

    [Fact]
    public async Task ConnectionsThatAreCutAfterTheWriteCountOnce()
    {
        await RunAsync(Numbered(200, 0));
        _elasticsearch.Server.Faults.Add(FaultRule.CutAfter() with { Route = "{index}/_bulk", Probability = 0.3, Random = new Random(3) });

        // 20 vanish, 40 change, 20 are new.
        var documents = Enumerable.Range(20, 200).Select(number => new MemoryDocument(Id(number), number < 60 ? "changed" : "0")).ToList();
        var outcome = await RunAsync(new MemorySource { Partitions = [documents], PageSize = 16 });

        Assert.Equal(
            (SyncEnd.Completed, 20L, 40L, 20L, 0L),
            (outcome.End, outcome.Counts.Created, outcome.Counts.Updated, outcome.Counts.Deleted, outcome.Counts.AlreadyGone)
        );
        Assert.Equal(documents.Select(document => document.Id).Order(StringComparer.Ordinal), _elasticsearch.Server.Ids(Index));
    }

    [Fact]
    public async Task ForAnySourceAndAnyFaultsTheIndexEqualsTheSource()
    {
        var story = Gen.Select(Gen.Int[0, 300], Gen.Int[1, 300], Gen.Int[0, 100], Gen.Int[0, 1_000]);
        await story.SampleAsync(
            async (before, after, shift, seed) =>
            {
                _elasticsearch.Server.Faults.Clear();
                var index = Index + "-" + Interlocked.Increment(ref _indices).ToString(CultureInfo.InvariantCulture);
                await RunAsync(Numbered(before, 0), index);
                var random = new Random(seed);
                _elasticsearch.Server.Faults.Add(FaultRule.RefuseCall(429) with { Probability = 0.1, Random = random });
                _elasticsearch.Server.Faults.Add(FaultRule.RefuseCall(503) with { Probability = 0.1, Random = random });
                _elasticsearch.Server.Faults.Add(
                    FaultRule.CutBefore() with
                    {
                        Route = "{index}/_bulk",
                        Probability = 0.1,
                        Random = random,
                    }
                );
                _elasticsearch.Server.Faults.Add(FaultRule.CutAfter() with { Route = "{index}/_bulk", Probability = 0.1, Random = random });
                _elasticsearch.Server.Faults.Add(FaultRule.RefuseItem(429) with { Probability = 0.1, Random = random });

                var outcome = await RunAsync(Numbered(after, shift), index);

                Assert.Equal(SyncEnd.Completed, outcome.End);
                Assert.Equal(Enumerable.Range(shift, after).Select(Id).Order(StringComparer.Ordinal), _elasticsearch.Server.Ids(index));
                Assert.Equal(after, outcome.Counts.Skipped + outcome.Counts.Indexed);
                Assert.Equal(Math.Max(0, before - (shift + after)) + Math.Min(before, shift), outcome.Counts.Deleted);
            },
            iter: 15,
            threads: 1
        );
    }

    private static string Id(int number) => number.ToString("x", CultureInfo.InvariantCulture);

    private static MemorySource Numbered(int count, int from, int pageSize = 50) =>
        new()
        {
            PageSize = pageSize,
            Partitions =
            [
                .. Enumerable
                    .Range(from, count)
                    .Select(number => new MemoryDocument(Id(number), "0"))
                    .Chunk(Math.Max(1, (count / 2) + 1))
                    .Select(chunk => chunk.ToList())
                    .DefaultIfEmpty([]),
            ],
        };

    private Task<SyncOutcome> RunAsync(MemorySource source, string index = Index)
    {
        _engine.Target = _elasticsearch.Gateway.Content;
        _engine.Options = new SyncEngineOptions
        {
            StateFolder = _engine.Folder.Path,

            // All waits of all batches move the one clock on.
            Bulk = new BulkWriterOptions { MaxOperations = 20, RetryTimeLimit = TimeSpan.FromDays(1) },
            DeleteGuard = new DeleteGuardOptions { MaxPercent = 100 },
        };
        _engine.Request = _engine.Request with { IndexName = index };
        return _engine.RunNextAsync(source);
    }
}
