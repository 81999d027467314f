using System.Text;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Pages;

/// <summary>A sync that is asked to stop while the service behind a content has asked to wait: it is suspended, wherever that is.</summary>
public sealed class StopWhileAContentWaitsTests : IDisposable
{
    private readonly EngineFixture _fixture = new();
    private readonly CancellationTokenSource _stop = new();
    private bool _isReady;

    public void Dispose()
    {
        _stop.Dispose();
        _fixture.Dispose();
    }

    [Fact]
    public async Task ItGoesOnAtThatPageWithExactCounts()
    {
        MemorySource Source() => Holding(pageSize: 3, size: 4, waitsAt: 4, documents: 9);

        var stopped = await _fixture.RunAsync(Source(), _stop.Token);
        Assert.Equal((SyncEnd.Stopped, 3L), (stopped.End, stopped.Counts.Read));
        Assert.True(_fixture.NewEngine().CanResume("job-1"));

        _isReady = true;
        var outcome = await _fixture.RunAsync(Source());

        Assert.Equal((SyncEnd.Completed, 9L, 0L), (outcome.End, outcome.Counts.Created, outcome.Rejections.Total));
        Assert.Equal(3, _fixture.Progress.ResumedAfter);
    }

    [Fact]
    public async Task APageOfWhichAPartWasWrittenIsReadAgain()
    {
        // 5 MiB each, of a budget of 16: every content is a part of its page.
        MemorySource Source() => Holding(pageSize: 3, size: 5 * 1024 * 1024, waitsAt: 1, documents: 6);

        var stopped = await _fixture.RunAsync(Source(), _stop.Token);
        Assert.Equal((SyncEnd.Stopped, 0L), (stopped.End, stopped.Counts.Read));
        Assert.Contains("0", _fixture.Index.Written);
        Assert.DoesNotContain("1", _fixture.Index.Written);

        _isReady = true;
        var outcome = await _fixture.RunAsync(Source());

        Assert.Equal((SyncEnd.Completed, 6L), (outcome.End, outcome.Counts.Created));
        Assert.Equal(6, _fixture.Index.Documents.Count);
    }

    [Fact]
    public async Task AnIncrementalSyncGoesOnToo()
    {
        var feed = new MemoryFeed(MemorySource.Holding("a"));
        var cursor = (await _fixture.RunAsync(feed)).Cursor;
        feed.Pages.Add([("b", new MemoryDocument("b", "v1", Content: new WaitingContent(this, size: 4)))]);
        _fixture.Request = _fixture.Request with { JobId = "job-2", Kind = SyncKind.Incremental, Cursor = cursor };

        Assert.Equal(SyncEnd.Stopped, (await _fixture.RunAsync(feed, _stop.Token)).End);

        _isReady = true;
        var outcome = await _fixture.RunAsync(feed);

        Assert.Equal((SyncEnd.Completed, 1L, null), (outcome.End, outcome.Counts.Created, outcome.Fallback));
    }

    private MemorySource Holding(int pageSize, long size, int waitsAt, int documents) =>
        new()
        {
            PageSize = pageSize,
            Partitions =
            [
                [
                    .. Enumerable
                        .Range(0, documents)
                        .Select(number => new MemoryDocument(
                            $"{number}",
                            "v1",
                            Content: number == waitsAt ? new WaitingContent(this, size) : new ReadyContent(size)
                        )),
                ],
            ],
        };

    private class ReadyContent(long size) : DocumentContent
    {
        public override string FileName => "a.txt";

        public override long SizeInBytes => size;

        public override Task<Stream> OpenAsync(CancellationToken cancellationToken) =>
            Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes("text")));
    }

    private sealed class WaitingContent(StopWhileAContentWaitsTests test, long size) : ReadyContent(size)
    {
        public override async Task<Stream> OpenAsync(CancellationToken cancellationToken)
        {
            if (test._isReady)
            {
                return await base.OpenAsync(cancellationToken);
            }

            await test._stop.CancelAsync();
            throw new ConnectorException(FailureKind.Retry, "429", retryAfter: TimeSpan.FromMinutes(1));
        }
    }
}
