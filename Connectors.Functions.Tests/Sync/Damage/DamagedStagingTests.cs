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
    private readonly StagedFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task ABatchThatChangedOnItsWayIsNotWritten()
    {
        _fixture.Runner = new Before(name => name.EndsWith(".batches", StringComparison.Ordinal), bytes => Replace(bytes, "v1"u8, "v9"u8));

        await RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f"), isNext: false);

        Assert.DoesNotContain(_fixture.Index.Documents.Values, body => body["text"]!.GetValue<string>() == "v9");
    }

    [Fact]
    public async Task ADeleteThatChangedOnItsWayIsNotCarriedOut()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f"));
        _fixture.Runner = new Before(
            name => name.Contains("/deletes-", StringComparison.Ordinal),
            bytes => Replace(bytes, "\"b\""u8, "\"a\""u8)
        );

        await RunAsync(MemorySource.Holding("a", "c", "d", "e", "f"), isNext: true);

        Assert.DoesNotContain("a", _fixture.Index.Deleted);
    }

    [Fact]
    public async Task TheTextsOfAnotherPlanDeleteNothingThatLives()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f"));
        _fixture.Runner = new Before(name => name.EndsWith("/ids.texts", StringComparison.Ordinal), bytes => Replace(bytes, "b"u8, "a"u8));
        _fixture.Limits = _fixture.Limits with { MaxCachedPlans = 1 };

        // Another machine plans the deletes: it has the texts from staging.
        _fixture.Runner = new OnAnotherMachine(_fixture.Runner);
        await RunAsync(MemorySource.Holding("a", "c", "d", "e", "f"), isNext: true);

        Assert.DoesNotContain("a", _fixture.Index.Deleted);
    }

    [Fact]
    public async Task WhenTheTextsAreDamagedTheSyncBeginsAgain()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f"));
        var isDone = false;
        var older = _fixture.Memory.Contents.Keys.ToHashSet(StringComparer.Ordinal);
        _fixture.Runner = new OnAnotherMachine(
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

        var outcome = await _fixture.RunNextAsync(MemorySource.Holding("a", "c", "d", "e", "f"));

        Assert.True(isDone);
        Assert.Equal((SyncEnd.Completed, 1L, "b"), (outcome.End, outcome.Counts.Deleted, Assert.Single(_fixture.Index.Deleted)));
    }

    [Fact]
    public async Task APageThatLiesWhereAnotherOneBelongsIsNotTaken()
    {
        await _fixture.RunAsync(MemorySource.Holding("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"));
        _fixture.Limits = _fixture.Limits with { MaxDocuments = 3 };
        _fixture.Request = _fixture.Request with { JobId = "job-2" };
        var source = MemorySource.Holding("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
        var begin = await _fixture.Machine().BeginAsync(_fixture.Request, source, null, SyncFixture.Token);
        List<PageName> pages = [];
        ReadPageResult page;
        do
        {
            page = await _fixture
                .Machine()
                .ReadPageAsync(_fixture.Request, source, new ReadPageInput(begin.Plan!, 0, pages.LastOrDefault()), SyncFixture.Token);
            pages.Add(page.Page);
        } while (!page.IsLast);

        // The same page of another attempt, which saw something else: here one of an earlier read of the same number.
        var other = await _fixture
            .Machine(1)
            .ReadPageAsync(
                _fixture.Request,
                MemorySource.Holding("x", "y", "z", "d"),
                new ReadPageInput(begin.Plan!, 0, null),
                SyncFixture.Token
            );
        _fixture.Memory.Contents[pages[0].Value] = _fixture.Memory.Contents[other.Page.Value];

        await Assert.ThrowsAsync<ConnectorException>(() =>
            _fixture.Machine(2).PlanDeletesAsync(_fixture.Request, new PlanDeletesInput(begin.Plan!, [pages[^1]]), SyncFixture.Token)
        );
    }

    /// <summary>Runs a sync; when it ends with an error, another one, undisturbed. Then the index equals the source.</summary>
    private async Task RunAsync(MemorySource source, bool isNext)
    {
        try
        {
            var outcome = isNext ? await _fixture.RunNextAsync(source) : await _fixture.RunAsync(source);
            Assert.Equal(SyncEnd.Completed, outcome.End);
        }
        catch (ConnectorException)
        {
            _fixture.Runner = StagedFixture.Once;
            await _fixture.RunNextAsync(source);
        }

        Assert.Equal(
            source.All.Select(document => document.Id).Order(StringComparer.Ordinal),
            _fixture.Index.Documents.Keys.Order(StringComparer.Ordinal)
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
        public Task<T> RunAsync<T>(StagedFixture fixture, Func<StagedSync, CancellationToken, Task<T>> step)
        {
            foreach (var name in fixture.Memory.Contents.Keys.Where(which))
            {
                fixture.Memory.Contents[name] = change(fixture.Memory.Contents[name]);
            }

            return step(fixture.Machine(), SyncFixture.Token);
        }
    }

    /// <summary>Every step on a machine that has seen nothing.</summary>
    private sealed class OnAnotherMachine(IStepRunner inner) : IStepRunner
    {
        private int _next = 1;

        public async Task<T> RunAsync<T>(StagedFixture fixture, Func<StagedSync, CancellationToken, Task<T>> step) =>
            await inner.RunAsync(fixture, (_, token) => step(fixture.Machine(Interlocked.Increment(ref _next)), token));
    }
}
