using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Staged;
using Connectors.Sync.Protocol;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Sync.Service;
using Microsoft.Extensions.Logging.Abstractions;

namespace Connectors.Tests.Functions;

/// <summary>The function app over documents, an index, a staging store and a source in memory.</summary>
internal sealed class MemoryAppFixture : AppFixture
{
    public InMemoryDocumentStore Store { get; } = new();

    public MemoryIndex Index { get; } = new();

    public MemoryStagingStore Staging { get; } = new();

    /// <summary>What the connectors hold.</summary>
    public MemorySource Source { get; set; } = MemorySource.Holding("a", "b", "c");

    /// <summary>What the connectors hold, when it is a source that can tell what changed.</summary>
    public MemoryFeed? Feed { get; set; }

    /// <summary>Makes a source of its own for each step, as an app does; <see langword="null"/> for a view on <see cref="Source"/> or
    /// <see cref="Feed"/>.</summary>
    public Func<IDataSource>? NewSource { get; init; }

    /// <summary><c>service.source_retry_time_limit</c>.</summary>
    public TimeSpan SourceRetryTimeLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Size of the source's pages.</summary>
    public PageLimits Page { get; init; } = PageLimits.Default;

    /// <summary>Fails the ping.</summary>
    public Func<Task> Ping { get; set; } = () => Task.CompletedTask;

    public StagedSyncOptions Limits { get; set; } =
        new()
        {
            MaxDocuments = 3,
            MaxOperations = 4,
            DeletesPerPart = 3,
        };

    public RejectionLimits Rejections { get; set; } =
        new()
        {
            MaxTotal = 100,
            MaxConsecutive = 100,
            MaxRate = 1,
        };

    public int MaxConcurrentSyncs { get; init; } = 4;

    public Microsoft.Extensions.Logging.ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    public double MaxDeletePercent { get; init; } = 15;

    /// <summary>The clock of the activities; <see cref="AppFixture.Clock"/> unless told otherwise.</summary>
    public TimeProvider? StepTime { get; init; }

    /// <summary>Puts other parts in place of those in memory.</summary>
    public Func<AppParts, AppParts> WithParts { get; init; } = parts => parts;

    public JsonObject Job(string id) => Store[ProtocolIndices.SyncJobs, id];

    public string Status(string jobId) => Job(jobId)["status"]!.GetValue<string>();

    public IReadOnlyList<string> JobIds => Store.Ids(ProtocolIndices.SyncJobs);

    /// <summary>Starts the app; again after a kill.</summary>
    public async Task<MemoryAppFixture> StartAsync()
    {
        await StartAgainAsync();
        return this;
    }

    /// <summary>A connector that is configured, with changes by the test.</summary>
    public string AddConnector(string id = "c1", string changes = "{}")
    {
        var connector = FakeSources.Connector(id, $"Connector {id}", "memory", new() { ["host"] = "h", ["key"] = "hunter2" });
        Store.Put(ProtocolIndices.Connectors, id, connector);
        Store.Edit(ProtocolIndices.Connectors, id, changes);
        return id;
    }

    /// <summary>Asks for a sync, and lets time pass until it has ended.</summary>
    public async Task<(string JobId, SyncSummary Summary)> SyncAsync(string body = "{}")
    {
        var jobId = await StartSyncAsync("c1", body);
        var end = await EndOfAsync(jobId);
        return (jobId, end.ReadOutputAs<SyncSummary>()!);
    }

    protected override SourceDescription Describe() => base.Describe() with { HasChangeFeed = Feed is not null };

    protected override IDataSource SourceOf(JsonObject? configuration) =>
        NewSource?.Invoke() ?? (Feed is null ? new PingedSource(this, Source) : new PingedFeed(this, Feed));

    protected override AppParts Parts() =>
        WithParts(
            new AppParts
            {
                Configuration = ConfigurationOf(
                    new SyncEngineOptions
                    {
                        StateFolder = StateFolder,

                        // No pauses: nobody moves the clock while an activity runs.
                        Bulk = new BulkWriterOptions
                        {
                            MaxOperations = 2,
                            FirstRetryDelay = TimeSpan.Zero,
                            MaxRetryDelay = TimeSpan.Zero,
                        },
                        Rejections = Rejections,
                        Page = Page,
                        SourceRetryTimeLimit = SourceRetryTimeLimit,
                        DeleteGuard = new DeleteGuardOptions { MaxPercent = MaxDeletePercent, MaxDocuments = 19 },
                    },
                    MaxConcurrentSyncs
                ),
                Store = Store,
                IndexOf = _ => Index,
                Sources = this,
                Staging = Staging,
                Limits = Limits,
                Connect = _ => Task.FromResult<ElasticsearchInfo?>(new ElasticsearchInfo(new Version(9, 5, 0), false, "test")),
                Hostname = "host-1",
                Time = StepTime ?? Clock,
                LoggerFactory = LoggerFactory,
            }
        );

    /// <summary>The source of the moment: what is disposed is only the view.</summary>
    private class PingedSource(MemoryAppFixture fixture, IDataSource source) : IDataSource
    {
        public SourceDescription Description => source.Description;

        public Task PingAsync(CancellationToken cancellationToken) => fixture.Ping();

        public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
            source.HasChangedAsync(lastToken, cancellationToken);

        public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
            source.PartitionAsync(wanted, cancellationToken);

        public Task<SourcePage> ReadPageAsync(
            SourcePartition partition,
            PageToken after,
            PageLimits limits,
            CancellationToken cancellationToken
        ) => source.ReadPageAsync(partition, after, limits, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class PingedFeed(MemoryAppFixture fixture, MemoryFeed feed) : PingedSource(fixture, feed), IChangeFeed
    {
        public Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken) => feed.FindCursorAsync(cancellationToken);

        public Task<ChangePage> ReadChangesAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken) =>
            feed.ReadChangesAsync(cursor, after, limits, cancellationToken);
    }
}
