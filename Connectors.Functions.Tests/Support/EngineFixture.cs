using Connectors.Abstractions;
using Connectors.Sync.Content;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Pages;
using Microsoft.Extensions.Logging.Abstractions;

namespace Connectors.Tests.Support;

/// <summary>An engine that syncs in one process; its waits take no time.</summary>
internal sealed class EngineFixture : SyncFixture
{
    /// <summary>The index that is written to, when it is another one than <see cref="SyncFixture.Index"/>.</summary>
    public IContentIndex? Target { get; set; }

    public ContentExtraction? Extraction { get; init; }

    /// <summary>The bytes that syncs may hold; <see langword="null"/> for a budget of the engine's own.</summary>
    public FlightBudget? Budget { get; set; }

    /// <summary>The clock; <see langword="null"/> for one that skips waits.</summary>
    public TimeProvider? Time { get; init; }

    public SyncProgress Progress { get; private set; } = new();

    public static SyncEngine EngineOf(
        IContentIndex index,
        SyncEngineOptions options,
        TimeProvider? time = null,
        ContentExtraction? extraction = null,
        FlightBudget? budget = null
    ) => new(index, options, time ?? new FastForwardTimeProvider(), new Random(1), NullLoggerFactory.Instance, extraction, budget);

    public SyncEngine NewEngine() => EngineOf(Target ?? Index, Options, Time, Extraction, Budget);

    public async Task<SyncOutcome> RunAsync(IDataSource source, CancellationToken stopReading = default)
    {
        Progress = new SyncProgress();
        return await NewEngine().RunAsync(Request, source, Progress, stopReading, Token);
    }

    protected override Task<SyncOutcome> RunSyncAsync(IDataSource source) => RunAsync(source);
}
