using Connectors.Sync.Engine;
using Connectors.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Engine;

/// <summary>Sources that do not heed their token.</summary>
public sealed class BoundedReadTests
{
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task APageThatComesTooLateIsDisposed()
    {
        using var cancel = new CancellationTokenSource();
        var (asked, answer) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource<Page>());
        var read = BoundedRead.RunAsync(() => Asked(asked, answer.Task), _clock, cancel.Token);
        await asked.Task.WaitAsync(Token);
        await cancel.CancelAsync();
        while (!read.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        using var page = new Page();
        answer.SetResult(page);

        await page.Disposed.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task ASourceThatHeedsItsTokenIsWaitedFor()
    {
        using var cancel = new CancellationTokenSource();
        var (asked, answer) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource<Page>());
        var read = BoundedRead.RunAsync(() => Asked(asked, answer.Task), _clock, cancel.Token);
        await asked.Task.WaitAsync(Token);

        await cancel.CancelAsync();
        Assert.False(read.IsCompleted);
        answer.SetCanceled(cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Token));
    }

    [Fact]
    public async Task ASyncEndsThoughItsSourceSitsInASystemCall()
    {
        using var bench = new EngineBench();
        using var cancel = new CancellationTokenSource();
        using var stuck = new ManualResetEventSlim();
        var (asked, late) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
        var source = MemorySource.Holding("a", "b", "c", "d");
        source.OnPage = number =>
        {
            if (number == 2)
            {
                asked.SetResult();
                stuck.Wait(Token);
                late.SetResult();
            }

            return Task.CompletedTask;
        };

        var run = bench.NewEngine().RunAsync(bench.Request, source, new SyncProgress(), CancellationToken.None, cancel.Token);
        await asked.Task.WaitAsync(Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Token));
        Assert.DoesNotContain("d", bench.Index.Documents.Keys);
        Assert.True(bench.NewEngine().CanResume(bench.Request.JobId));
        stuck.Set();
        await late.Task.WaitAsync(Token);
        Assert.DoesNotContain("d", bench.Index.Documents.Keys);
    }

    private static Task<Page> Asked(TaskCompletionSource asked, Task<Page> answer)
    {
        asked.SetResult();
        return answer;
    }

    private sealed class Page : IDisposable
    {
        public TaskCompletionSource Disposed { get; } = new();

        public void Dispose() => Disposed.TrySetResult();
    }
}
