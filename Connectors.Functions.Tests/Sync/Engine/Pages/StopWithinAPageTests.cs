using System.Runtime.CompilerServices;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Pages;

/// <summary>A sync that is asked to stop while a slow source fills a page: the page ends with what it has.</summary>
public sealed class StopWithinAPageTests : IDisposable
{
    // A clock that stands still: what ends the page is not that its time is over.
    private readonly EngineFixture _fixture = new() { Time = new FakeTimeProvider() };
    private readonly CancellationTokenSource _stop = new();

    public void Dispose()
    {
        _stop.Dispose();
        _fixture.Dispose();
    }

    [Fact]
    public async Task WhatWasReadIsWrittenAndTheNextStartGoesOnBehindIt()
    {
        await using var slow = new CountedDataSource(SomeContext(), number => number == 4 ? _stop.CancelAsync() : Task.CompletedTask);
        var stopped = await _fixture.RunAsync(slow, _stop.Token);
        Assert.Equal((SyncEnd.Stopped, 4L), (stopped.End, stopped.Counts.Read));
        Assert.Equal(4, slow.Given);
        Assert.Equal(4, _fixture.Index.Documents.Count);

        await using var again = new CountedDataSource(SomeContext(), _ => Task.CompletedTask);
        var outcome = await _fixture.RunAsync(again);
        Assert.Equal((SyncEnd.Completed, 10L), (outcome.End, outcome.Counts.Created));
        Assert.Equal(4, _fixture.Progress.ResumedAfter);
        Assert.Equal(10, _fixture.Index.Documents.Count);
    }

    private static SourceContext SomeContext() => new() { Settings = SourceSettings.Empty };

    /// <summary>Ten documents.</summary>
    private sealed class CountedDataSource(SourceContext context, Func<int, Task> giving) : EnumerableDataSource(context)
    {
        public int Given { get; private set; }

        public override SourceDescription Description { get; } =
            new()
            {
                Name = "Counted",
                ServiceType = "counted",
                Fields = [],
            };

        public override Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        protected override async IAsyncEnumerable<SimpleDocument> ReadAsync(
            SourcePartition partition,
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            for (var number = 1; number <= 10; number++)
            {
                await giving(number);
                Given++;
                yield return new SimpleDocument($"{number}", new { number });
            }
        }
    }
}
