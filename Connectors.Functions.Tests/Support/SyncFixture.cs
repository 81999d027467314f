using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Tests.Support.InMemory;

namespace Connectors.Tests.Support;

/// <summary>What a sync needs, in whichever way it runs: an index in memory, small pages and batches, a state folder and a request.</summary>
internal abstract class SyncFixture : IDisposable
{
    protected SyncFixture() =>
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

    public static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    public MemoryIndex Index { get; } = new();

    public TemporaryFolder Folder { get; } = new();

    public SyncEngineOptions Options { get; set; }

    public SyncRequest Request { get; set; } =
        new()
        {
            JobId = "job-1",
            ConnectorId = "connector-1",
            ServiceType = "memory",
            IndexName = "search-memory",
            Fingerprint = "f1",
        };

    /// <summary>Runs a sync as a job of its own.</summary>
    public Task<SyncOutcome> RunNextAsync(IDataSource source)
    {
        Request = Request with { JobId = Guid.NewGuid().ToString("N") };
        return RunSyncAsync(source);
    }

    public virtual void Dispose() => Folder.Dispose();

    /// <summary>Runs the sync that <see cref="Request"/> asks for.</summary>
    protected abstract Task<SyncOutcome> RunSyncAsync(IDataSource source);
}
