using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Pages;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Pages;

/// <summary>What a sync holds of documents and contents at any moment stays within one budget, whatever their size and the number of
/// partitions.</summary>
public sealed class BytesInFlightTests : IDisposable
{
    private const int Files = 200;
    private const int FileBytes = 10_000_000;

    // One for all: what counts is what the sync makes of it.
    private static readonly byte[] File = NewBytes(FileBytes);
    private static readonly byte[] LargeBody = NewBody(1_000_000);
    private static readonly byte[] SmallBody = NewBody(1_000);

    private readonly EngineFixture _fixture = new();
    private readonly SinkIndex _sink = new();
    private FlightBudget _budget = new(new SyncEngineOptions { StateFolder = string.Empty }.MaxBytesInFlight);

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    public async Task DocumentsOfOneMegabyteStayWithinTheBudget(int partitions) =>
        await SyncAsync(Source(partitions, documents: 160 / partitions, _ => (LargeBody, null)), partitions, 160);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(64)]
    public async Task DocumentsOfOneKilobyteStayWithinTheBudget(int partitions) =>
        await SyncAsync(Source(partitions, documents: 64_000 / partitions, _ => (SmallBody, null)), partitions, 64_000);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task FilesOfTenMegabytesStayWithinTheBudget(int partitions)
    {
        // Room for the bytes of one, its text, and pages.
        _budget = new FlightBudget(24 * 1024 * 1024);

        await SyncFilesAsync(partitions, _budget.Limit);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task AFileThatIsLargerThanTheBudgetHasItToItself(int partitions)
    {
        Assert.True(_budget.Limit < 2 * FileBytes);

        // Only pages stand beside it, whose contents wait.
        await SyncFilesAsync(partitions, (2 * FileBytes) + 1_000_000);
    }

    [Fact]
    public async Task ADocumentThatIsLargerThanTheBudgetIsWrittenAlone()
    {
        _budget = new FlightBudget(1024 * 1024);
        var huge = NewBody(5_000_000);

        var outcome = await RunAsync(Source(4, documents: 5, _ => (huge, null)));

        Assert.Equal((SyncEnd.Completed, 20L, 20), (outcome.End, outcome.Counts.Created, _sink.Count));
        Assert.Equal(0, _budget.Used);
    }

    private async Task SyncFilesAsync(int partitions, long most)
    {
        var source = Source(partitions, Files / partitions, number => (SmallBody, new LargeFile(number)));

        await SyncAsync(source, partitions, Files, most);

        Assert.True(_sink.MostOnTheWay >= FileBytes, $"The largest request had {_sink.MostOnTheWay:N0} bytes.");
    }

    private async Task SyncAsync(IDataSource source, int partitions, int documents, long? most = null)
    {
        _fixture.Options = new SyncEngineOptions
        {
            StateFolder = _fixture.Folder.Path,
            Partitions = partitions,
            PagesInFlight = 8,
        };

        var outcome = await RunAsync(source);

        Assert.Equal((SyncEnd.Completed, documents, documents), (outcome.End, (int)outcome.Counts.Created, _sink.Count));
        Assert.InRange(_budget.Peak, Math.Min(documents * 1_000L, _budget.Limit / 4), most ?? _budget.Limit);
        Assert.InRange(_sink.MostOnTheWay, 1, _budget.Peak);
        Assert.Equal(0, _budget.Used);
    }

    private Task<SyncOutcome> RunAsync(IDataSource source) =>
        EngineFixture
            .EngineOf(_sink, _fixture.Options, TimeProvider.System, budget: _budget)
            .RunAsync(_fixture.Request, source, new SyncProgress(), CancellationToken.None, SyncFixture.Token);

    private static SizedSource Source(int partitions, int documents, Func<int, (byte[] Body, DocumentContent? Content)> document) =>
        new(partitions, documents, document);

    private static byte[] NewBytes(int length)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)'a');
        return bytes;
    }

    private static byte[] NewBody(int length) => [.. "{\"text\":\""u8, .. NewBytes(length - 11), .. "\"}"u8];

    private sealed class LargeFile(int number) : DocumentContent
    {
        public override string FileName => $"{number}.txt";

        public override long SizeInBytes => FileBytes;

        public override Task<Stream> OpenAsync(CancellationToken cancellationToken) =>
            Task.FromResult<Stream>(new MemoryStream(File, writable: false));
    }

    /// <summary>So many documents in each partition, in pages as large as they may be.</summary>
    private sealed class SizedSource(int partitions, int documents, Func<int, (byte[] Body, DocumentContent? Content)> document)
        : IDataSource
    {
        public SourceDescription Description { get; } =
            new()
            {
                Name = "Sized",
                ServiceType = "sized",
                Fields = new List<ConfigField>(),
            };

        public Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
            Task.FromResult(ChangeCheckResult.Unknown);

        public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<SourcePartition>>([
                .. Enumerable.Range(0, partitions).Select(number => new SourcePartition($"p{number}", $"{number}")),
            ]);

        public async Task<SourcePage> ReadPageAsync(
            SourcePartition partition,
            PageToken after,
            PageLimits limits,
            CancellationToken cancellationToken
        )
        {
            await Task.Yield();
            var number = after.IsStart ? 0 : int.Parse(after.Value, CultureInfo.InvariantCulture);
            using var page = new SourcePageBuilder(limits);
            for (; number < documents && !page.IsFull; number++)
            {
                var (body, content) = document(number);
                page.Add($"{partition.Name}-{number}", body, content: content);
            }

            return page.Build(new PageToken($"{number}"), isLast: number == documents);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
