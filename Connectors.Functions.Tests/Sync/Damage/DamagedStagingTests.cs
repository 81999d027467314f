using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Staged;
using Connectors.Sync.Engine.Staged.Messages;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Damage;

/// <summary>Staged contents that are not what a step left: of another job or place, or changed by a bit.</summary>
public sealed class DamagedStagingTests : IDisposable
{
    private readonly StagedBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task ABatchThatChangedOnItsWayIsNotWritten()
    {
        _bench.Runner = new Before(name => name.EndsWith(".batches", StringComparison.Ordinal), bytes => Replace(bytes, "v1"u8, "v9"u8));

        await RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f"), isNext: false);

        Assert.DoesNotContain(_bench.Index.Documents.Values, body => body["text"]!.GetValue<string>() == "v9");
    }

    [Fact]
    public async Task ADeleteThatChangedOnItsWayIsNotCarriedOut()
    {
        await _bench.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f"));
        _bench.Runner = new Before(
            name => name.Contains("/deletes-", StringComparison.Ordinal),
            bytes => Replace(bytes, "\"b\""u8, "\"a\""u8)
        );

        await RunAsync(MemorySource.Holding("a", "c", "d", "e", "f"), isNext: true);

        Assert.DoesNotContain("a", _bench.Index.Deleted);
    }

    [Fact]
    public async Task TheTextsOfAnotherPlanDeleteNothingThatLives()
    {
        await _bench.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f"));
        _bench.Runner = new Before(name => name.EndsWith("/ids.texts", StringComparison.Ordinal), bytes => Replace(bytes, "b"u8, "a"u8));
        _bench.Limits = _bench.Limits with { MaxCachedPlans = 1 };

        // Another machine plans the deletes: it has the texts from staging.
        _bench.Runner = new OnAnotherMachine(_bench.Runner);
        await RunAsync(MemorySource.Holding("a", "c", "d", "e", "f"), isNext: true);

        Assert.DoesNotContain("a", _bench.Index.Deleted);
    }

    [Fact]
    public async Task WhenTheTextsAreDamagedTheSyncBeginsAgain()
    {
        await _bench.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f"));
        var isDone = false;
        var older = _bench.Memory.Contents.Keys.ToHashSet(StringComparer.Ordinal);
        _bench.Runner = new OnAnotherMachine(
            new Before(
                name => !isDone && !older.Contains(name) && name.EndsWith("/ids.texts", StringComparison.Ordinal),
                bytes =>
                {
                    var changed = Replace(bytes, "b"u8, "a"u8);
                    isDone = !changed.AsSpan().SequenceEqual(bytes);
                    return changed;
                }
            )
        );

        var outcome = await _bench.RunNextAsync(MemorySource.Holding("a", "c", "d", "e", "f"));

        Assert.True(isDone);
        Assert.Equal((SyncEnd.Completed, 1L, "b"), (outcome.End, outcome.Counts.Deleted, Assert.Single(_bench.Index.Deleted)));
    }

    [Fact]
    public async Task APageThatLiesWhereAnotherOneBelongsIsNotTaken()
    {
        await _bench.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"));
        _bench.Limits = _bench.Limits with { MaxDocuments = 3 };
        _bench.Request = _bench.Request with { JobId = "job-2" };
        var source = MemorySource.Holding("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
        var begin = await _bench.Machine().BeginAsync(_bench.Request, source, null, StagedBench.Token);
        List<PageName> pages = [];
        ReadPageResult page;
        do
        {
            page = await _bench
                .Machine()
                .ReadPageAsync(_bench.Request, source, new ReadPageInput(begin.Plan!, 0, pages.LastOrDefault()), StagedBench.Token);
            pages.Add(page.Page);
        } while (!page.IsLast);

        // The same page of another attempt, which saw something else: here one of an earlier read of the same number.
        var other = await _bench
            .Machine(1)
            .ReadPageAsync(
                _bench.Request,
                MemorySource.Holding("x", "y", "z", "d"),
                new ReadPageInput(begin.Plan!, 0, null),
                StagedBench.Token
            );
        _bench.Memory.Contents[pages[0].Value] = _bench.Memory.Contents[other.Page.Value];

        await Assert.ThrowsAsync<ConnectorException>(() =>
            _bench.Machine(2).PlanDeletesAsync(_bench.Request, new PlanDeletesInput(begin.Plan!, [pages[^1]]), StagedBench.Token)
        );
    }

    /// <summary>Runs a sync; when it ends with an error, another one, undisturbed. Then the index equals the source.</summary>
    private async Task RunAsync(MemorySource source, bool isNext)
    {
        try
        {
            var outcome = isNext ? await _bench.RunNextAsync(source) : await _bench.RunAsync(source);
            Assert.Equal(SyncEnd.Completed, outcome.End);
        }
        catch (ConnectorException)
        {
            _bench.Runner = StagedBench.Once;
            await _bench.RunNextAsync(source);
        }

        Assert.Equal(
            source.All.Select(document => document.Id).Order(StringComparer.Ordinal),
            _bench.Index.Documents.Keys.Order(StringComparer.Ordinal)
        );
    }

    private static byte[] Replace(byte[] bytes, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var changed = bytes.ToArray();
        for (var at = changed.AsSpan().IndexOf(from); at >= 0; at = changed.AsSpan().IndexOf(from))
        {
            to.CopyTo(changed.AsSpan(at));
        }

        return changed;
    }

    /// <summary>Changes contents before each step.</summary>
    private sealed class Before(Func<string, bool> which, Func<byte[], byte[]> change) : IStepRunner
    {
        public Task<T> RunAsync<T>(StagedBench bench, Func<StagedSync, CancellationToken, Task<T>> step)
        {
            foreach (var name in bench.Memory.Contents.Keys.Where(which))
            {
                bench.Memory.Contents[name] = change(bench.Memory.Contents[name]);
            }

            return step(bench.Machine(), StagedBench.Token);
        }
    }

    /// <summary>Every step on a machine that has seen nothing.</summary>
    private sealed class OnAnotherMachine(IStepRunner inner) : IStepRunner
    {
        private int _next = 1;

        public async Task<T> RunAsync<T>(StagedBench bench, Func<StagedSync, CancellationToken, Task<T>> step) =>
            await inner.RunAsync(bench, (_, token) => step(bench.Machine(Interlocked.Increment(ref _next)), token));
    }
}
