using System.Globalization;
using System.Text;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Staged;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Pages;

/// <summary>A page whose documents have more content together than should be in memory: 40 files of 2 MiB, by their own account.</summary>
public sealed class MuchContentTests : IDisposable
{
    private const int Files = 40;
    private const long FileSize = 2 * 1024 * 1024;

    // 32 MiB, and what takes the sum over it.
    private const int MostAtOnce = 17;

    private readonly EngineFixture _fixture = new();
    private readonly StagedFixture _staged = new() { Limits = new StagedSyncOptions() };
    private int _fetched;

    public void Dispose()
    {
        _fixture.Dispose();
        _staged.Dispose();
    }

    [Fact]
    public async Task ItIsWrittenInParts()
    {
        var mostAhead = 0;
        _fixture.Index.OnBulk = _ => Note(_fixture.Index, ref mostAhead);

        var outcome = await _fixture.RunAsync(Source());

        AssertMirrored(_fixture.Index, outcome);
        Assert.InRange(mostAhead, 1, MostAtOnce);
    }

    [Fact]
    public async Task ItIsStagedInPartsAndWrittenAsOnePage()
    {
        var outcome = await _staged.RunAsync(Source());

        AssertMirrored(_staged.Index, outcome);
        Assert.Equal(Files, _fetched);
    }

    [Fact]
    public async Task WhatIsInTheIndexAlreadyIsNotFetched()
    {
        await _fixture.RunAsync(Source());
        _fetched = 0;

        var again = await _fixture.RunNextAsync(Source());

        Assert.Equal((0, Files, 0), ((int)again.Counts.Indexed, (int)again.Counts.Skipped, _fetched));
    }

    private BulkFault Note(MemoryIndex index, ref int mostAhead)
    {
        mostAhead = Math.Max(mostAhead, Volatile.Read(ref _fetched) - index.Documents.Count);
        return BulkFault.None;
    }

    private static void AssertMirrored(MemoryIndex index, SyncOutcome outcome)
    {
        Assert.Equal((SyncEnd.Completed, (long)Files), (outcome.End, outcome.Counts.Created));
        Assert.Equal(Files, index.Documents.Count);
        Assert.All(index.Documents, document => Assert.Equal("text of " + document.Key, (string?)document.Value["body"]));
    }

    private MemorySource Source() =>
        new()
        {
            PageSize = Files,
            Partitions =
            [
                [
                    .. Enumerable
                        .Range(0, Files)
                        .Select(Name)
                        .Select(name => new MemoryDocument(
                            name,
                            "v1",
                            Content: new LargeContent(name, () => Interlocked.Increment(ref _fetched))
                        )),
                ],
            ],
        };

    private static string Name(int number) => number.ToString("00", CultureInfo.InvariantCulture);

    private sealed class LargeContent(string name, Action fetched) : DocumentContent
    {
        public override string FileName => name + ".txt";

        public override long SizeInBytes => FileSize;

        public override Task<Stream> OpenAsync(CancellationToken cancellationToken)
        {
            fetched();
            return Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes("text of " + name)));
        }
    }
}
