using System.Globalization;
using System.Runtime.CompilerServices;
using Connectors.Abstractions;
using Connectors.Functions.Activities;
using Connectors.Sync.Engine.Staged;
using Connectors.Tests.LocalHost.Durable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Functions;

/// <summary>Sources that can only enumerate, in the function app, where each step opens a source of its own.</summary>
public sealed class LeasedSourceTests
{
    private const int Documents = 2_000;
    private int _given;
    private int _opened;
    private int _closed;

    [Fact]
    public async Task ASourceThatEnumeratesIsEnumeratedOnceHoweverManyStepsReadIt()
    {
        await using var fixture = await Fixture().StartAsync();
        fixture.AddConnector();

        var (_, summary) = await fixture.SyncAsync();

        Assert.Equal(("completed", (long)Documents), (summary.Status, summary.Counts.Created));
        Assert.InRange(_given, Documents, Documents * 11 / 10);
        Assert.Equal(Documents, fixture.Index.Documents.Count);
        Assert.Equal(_opened, _closed);
    }

    [Fact]
    public async Task ALostLeaseCostsOneSkip()
    {
        await using var fixture = await Fixture().StartAsync();
        fixture.AddConnector();
        var lost = 0;
        fixture.Staging.OnCall = _ =>
        {
            if (_given > Documents / 2 && Interlocked.Exchange(ref lost, 1) == 0)
            {
                // Within a step: the next one finds nothing that was kept before it.
#pragma warning disable VSTHRD002 // The store calls back within its own call, and nothing that is disposed here waits for another thread.
                fixture.Services.Leases.ForgetAsync(fixture.JobIds[0]).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
            }
        };

        var (_, summary) = await fixture.SyncAsync();

        Assert.Equal(("completed", (long)Documents, 1), (summary.Status, summary.Counts.Created, lost));
        Assert.InRange(_given, Documents, Documents * 21 / 10);
    }

    [Fact]
    public async Task AReadingThatIsBehindGoesOnFromWhereItIs()
    {
        await using var item = new CountedSource(this);
        await using var other = new CountedSource(this);
        var after = PageToken.Start;
        for (var page = 0; page < Documents / 20; page++)
        {
            // As on two machines that take turns.
            using var read = await (page % 2 == 0 ? item : other).ReadPageAsync(
                SourcePartition.All,
                after,
                new PageLimits(20, 1 << 20),
                AppFixture.Token
            );
            after = read.Next;
        }

        Assert.InRange(_given, Documents, 2 * Documents);
    }

    [Fact]
    public async Task LeasesAreBoundedInNumberAndTime()
    {
        var clock = new FakeTimeProvider();
        await using var leases = new SourceLeases(clock, NullLogger.Instance);
        for (var job = 0; job < SourceLeases.MaxWaiting + 3; job++)
        {
            await using var lease = leases.Take($"job-{job}/all", () => new CountedSource(this));
            lease.Keep();
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, _closed);
        await using (leases.Take("job-0/all", () => new CountedSource(this)))
        {
            Assert.Equal(SourceLeases.MaxWaiting + 4, _opened);
        }

        await using (leases.Take("job-9/all", () => throw new InvalidOperationException("It was kept.")))
        {
            Assert.Equal(4, _closed);
        }

        clock.Advance(SourceLeases.MaxWait + SourceLeases.MaxWait);
        while (_closed < _opened)
        {
            AppFixture.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task ASourceOfSomebodysOwnThatCanNotBeDisposedIsNamed()
    {
        using var log = new ListLoggerProvider();
        await using var leases = new SourceLeases(new FakeTimeProvider(), log.CreateLogger("leases"));

        await using (leases.Take("job/all", () => new CountedSource(this, isStuck: true))) { }

        Assert.Contains(
            $"{typeof(CountedSource).FullName} (assembly Connectors.Functions.Tests) failed with InvalidOperationException: It is open.",
            Assert.Single(log.Lines("leases", LogLevel.Warning)),
            StringComparison.Ordinal
        );
    }

    private MemoryAppFixture Fixture() =>
        new()
        {
            NewSource = () => new CountedSource(this),
            Page = new PageLimits(20, 1 << 20),
            Limits = new StagedSyncOptions
            {
                MaxDocuments = 100,
                MaxOperations = 100,
                DeletesPerPart = 100,
            },
        };

    private sealed class CountedSource : EnumerableDataSource
    {
        private readonly LeasedSourceTests _test;
        private readonly bool _isStuck;

        public CountedSource(LeasedSourceTests test, bool isStuck = false)
            : base(SourceContext.Empty)
        {
            (_test, _isStuck) = (test, isStuck);
            Interlocked.Increment(ref test._opened);
        }

        public override SourceDescription Description { get; } =
            new()
            {
                Name = "Counted",
                ServiceType = "memory",
                Fields = [],
            };

        public override Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        protected override async IAsyncEnumerable<SimpleDocument> ReadAsync(
            SourcePartition partition,
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            for (var number = 0; number < Documents; number++)
            {
                await Task.Yield();
                Interlocked.Increment(ref _test._given);
                yield return new SimpleDocument(number.ToString("D6", CultureInfo.InvariantCulture), new { number });
            }
        }

        protected override async ValueTask DisposeAsyncCore()
        {
            Interlocked.Increment(ref _test._closed);
            await base.DisposeAsyncCore();
            if (_isStuck)
            {
                throw new InvalidOperationException("It is open.");
            }
        }
    }
}
