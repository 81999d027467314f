using Connectors.Abstractions;
using Connectors.Sync.Engine.Staged;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Functions.Orchestrations;

/// <summary>
/// However long a sync is, no history has more than 1,000 events and no payload more than 16 KB. A step takes 5,000 documents that have to
/// be written, so a million documents are 200 pages, four million 800, and four million deletes 400 parts: so many there are here, of one
/// document each.
/// </summary>
public sealed class HistoryBoundsTests
{
    private const int MaxEvents = 1_000;
    private const int MaxPayload = 16 * 1024;

    private static CancellationToken Token => AppFixture.Token;

    [Fact]
    public async Task FourMillionDocumentsInFourPartitionsAndFourMillionDeletes()
    {
        await using var fixture = new MemoryAppFixture { Source = Many(4, 200), Limits = OneDocumentAStep };
        await fixture.StartAsync();
        fixture.AddConnector();
        var (_, first) = await fixture.SyncAsync();
        Assert.Equal(("completed", 800L), (first.Status, first.Counts.Created));
        await AssertBoundsAsync(fixture);

        fixture.Source = Many(4, 100);
        var (_, second) = await fixture.SyncAsync("""{"allowMassDelete": true}""");
        Assert.Equal(
            ("completed", 400L, 0L, 400L),
            (second.Status, second.Counts.Deleted, second.Counts.AlreadyGone, second.Counts.Skipped)
        );
        await AssertBoundsAsync(fixture);
    }

    [Fact]
    public async Task AMillionDocumentsInOnePartitionAreOneInstanceThatContinuesAsNew()
    {
        await using var fixture = new MemoryAppFixture { Source = Many(1, 200), Limits = OneDocumentAStep };
        await fixture.StartAsync();
        fixture.AddConnector();

        var (_, summary) = await fixture.SyncAsync();

        Assert.Equal(("completed", 200L), (summary.Status, summary.Counts.Created));
        var most = await AssertBoundsAsync(fixture);

        // The job, and its one partition: 200 pages would be 2,000 events without.
        Assert.Equal(2, await fixture.Host.Client.GetAllInstancesAsync().CountAsync(Token));
        Assert.InRange(most, 30, 200);
    }

    [Fact]
    public async Task AMillionChanges()
    {
        var feed = new MemoryFeed(MemorySource.Holding("a"));
        await using var fixture = new MemoryAppFixture { Feed = feed, Limits = OneDocumentAStep };
        await fixture.StartAsync();
        fixture.AddConnector();
        await fixture.SyncAsync();
        for (var page = 0; page < 200; page++)
        {
            feed.Then("v2", "id-" + page, "-a");
        }

        var (_, summary) = await fixture.SyncAsync("""{"type": "incremental"}""");

        Assert.Equal(("completed", 200L, 400L), (summary.Status, summary.Counts.Created, summary.Counts.Read));
        await AssertBoundsAsync(fixture);
    }

    [Fact]
    public async Task ASlowSourceThatIsAskedAgainAndAgain()
    {
        await using var fixture = new MemoryAppFixture
        {
            Source = Many(2, 40),
            Limits = OneDocumentAStep,
            SourceRetryTimeLimit = TimeSpan.FromHours(1),
        };
        await fixture.StartAsync();
        fixture.AddConnector();
        var reads = 0;
        fixture.Source.OnPage = _ =>
            Interlocked.Increment(ref reads) % 4 == 0 ? Task.CompletedTask : throw new ConnectorException(FailureKind.Retry, "slow down");
        var start = fixture.Clock.GetUtcNow();

        var (_, summary) = await fixture.SyncAsync();

        Assert.Equal(("completed", 80L), (summary.Status, summary.Counts.Created));
        Assert.InRange(fixture.Clock.GetUtcNow() - start, TimeSpan.FromMinutes(20), TimeSpan.FromDays(2));
        await AssertBoundsAsync(fixture);
    }

    [Fact]
    public async Task AStepThatIsTriedAgainUntilItIsGivenUp()
    {
        await using var fixture = new MemoryAppFixture
        {
            Source = Many(4, 50),
            Limits = OneDocumentAStep,
            SourceRetryTimeLimit = TimeSpan.FromDays(1),
        };
        await fixture.StartAsync();
        fixture.AddConnector();
        fixture.Source.OnPage = page =>
            page < 150 ? Task.CompletedTask : throw new ConnectorException(FailureKind.Retry, "The backend does not answer.");

        var (_, summary) = await fixture.SyncAsync();

        Assert.Equal("error", summary.Status);
        await AssertBoundsAsync(fixture);
    }

    private static StagedSyncOptions OneDocumentAStep =>
        new()
        {
            MaxDocuments = 1,
            MaxOperations = 1,
            DeletesPerPart = 1,
        };

    private static async Task<int> AssertBoundsAsync(MemoryAppFixture fixture)
    {
        var facts = await fixture
            .Host.Client.GetAllInstancesAsync()
            .Select(instance => fixture.Host.StatisticsOf(instance.InstanceId)!)
            .ToListAsync(Token);
        Assert.InRange(facts.Max(item => item.MostEvents), 30, MaxEvents);
        Assert.InRange(facts.Max(item => item.LargestPayload), 100, MaxPayload);
        return facts.Max(item => item.MostEvents);
    }

    private static MemorySource Many(int partitions, int documents) =>
        new()
        {
            PageSize = 1,
            Partitions =
            [
                .. Enumerable
                    .Range(0, partitions)
                    .Select(partition =>
                        Enumerable.Range(0, documents).Select(number => new MemoryDocument($"{partition}-{number:0000}", "v1")).ToList()
                    ),
            ],
        };
}
