using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Logging.Abstractions;

namespace Connectors.Tests.Support;

/// <summary>An engine over a <see cref="MemoryIndex"/>, with small pages and batches and a state folder of its own.</summary>
internal sealed class EngineBench : IDisposable
{
    public MemoryIndex Index { get; } = new();

    public TemporaryFolder Folder { get; } = new();

    public SyncProgress Progress { get; private set; } = new();

    public SyncEngineOptions Options { get; set; }

    public EngineBench() =>
        Options = new SyncEngineOptions
        {
            StateFolder = Folder.Path,
            Bulk = new BulkWriterOptions { MaxOperations = 2 },
            Rejections = new RejectionLimits
            {
                MaxTotal = 100,
                MaxConsecutive = 100,
                MaxRate = 1,
            },
        };

    public SyncRequest Request { get; set; } =
        new()
        {
            JobId = "job-1",
            ConnectorId = "connector-1",
            ServiceType = "memory",
            IndexName = "search-memory",
            Fingerprint = "f1",
        };

    public SyncEngine NewEngine() => new(Index, Options, new FastForwardTimeProvider(), new Random(1), NullLoggerFactory.Instance);

    public async Task<SyncOutcome> RunAsync(IDataSource source, CancellationToken stopReading = default)
    {
        Progress = new SyncProgress();
        return await NewEngine().RunAsync(Request, source, Progress, stopReading, Xunit.TestContext.Current.CancellationToken);
    }

    /// <summary>Runs a sync as a job of its own.</summary>
    public async Task<SyncOutcome> RunNextAsync(IDataSource source)
    {
        Request = Request with { JobId = Guid.NewGuid().ToString("N") };
        return await RunAsync(source);
    }

    public void Dispose() => Folder.Dispose();
}
