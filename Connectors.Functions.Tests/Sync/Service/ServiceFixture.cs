using System.Text.Json.Nodes;
using Connectors.Sync.Configuration;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Jobs;
using Connectors.Sync.Staging.LocalState;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Sync.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Service;

/// <summary>A service on documents in memory, with a scripted engine and a clock that the test moves.</summary>
internal sealed class ServiceFixture : IServiceObserver
{
    private const int MostTurns = 500_000;
    private int _connectors;

    public InMemoryDocumentStore Store { get; init; } = new();

    public PatientClock Clock { get; init; } = new(Some.Time("2026-11-23T22:00:00Z"));

    public ScriptedEngine Engine { get; init; } = new();

    public FakeSources Sources { get; } = new();

    public JobWorker Worker { get; init; } = new("host-1", "worker-1");

    /// <summary>Other workers of this machine that died.</summary>
    public HashSet<string> DeadWorkers { get; } = new(StringComparer.Ordinal);

    public int MaxConcurrentSyncs { get; init; } = 4;

    public int MaxConcurrentAccessControlSyncs { get; init; } = 1;

    public TimeSpan JobCleanupInterval { get; init; } = new ServiceOptions().JobCleanupInterval;

    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Where state of syncs is kept; none at first.</summary>
    public LocalSyncStateStore? States { get; init; }

    public List<string> Events { get; } = [];

    public ConnectorService Service =>
        field ??= new ConnectorService(
            new ServiceParts
            {
                Store = Store,
                EngineOf = _ => Engine,
                Sources = Sources,
                States = States,
                Observer = this,
                TimeProvider = Clock,
                LoggerFactory = LoggerFactory,
            },
            new ConnectorServiceOptions
            {
                Worker = Worker,
                IsDead = DeadWorkers.Contains,
                ServiceTypes = ["fake", "broken", "gone"],
                Service = new ServiceOptions
                {
                    MaxConcurrentContentSyncs = MaxConcurrentSyncs,
                    MaxConcurrentAccessControlSyncs = MaxConcurrentAccessControlSyncs,
                    JobCleanupInterval = JobCleanupInterval,
                },
            }
        );

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public JsonObject Connector(string id) => Store[ProtocolIndices.Connectors, id];

    public JsonObject Job(string id) => Store[ProtocolIndices.SyncJobs, id];

    public IReadOnlyList<string> JobIds => Store.Ids(ProtocolIndices.SyncJobs);

    /// <summary>A connector that is configured, with changes by the test.</summary>
    public string AddConnector(string changes = "{}")
    {
        var id = $"c{++_connectors}";
        var connector = FakeSources.Connector(id, $"Connector {_connectors}", "fake", new() { ["host"] = "h" });
        Store.Put(ProtocolIndices.Connectors, id, connector);
        Store.Edit(ProtocolIndices.Connectors, id, changes);
        return id;
    }

    /// <summary>A job as Kibana makes it, with changes by the test.</summary>
    public async Task<string> AddJobAsync(string connectorId, string changes = "{}")
    {
        // Jobs are ordered by age.
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        var connector = (await Service.Connectors.FindAsync(connectorId, Token))!;
        var job = await Service.Jobs.CreateAsync(connector, JobType.Full, TriggerMethod.OnDemand, new SyncJobOptions(), key: null, Token);
        Store.Edit(ProtocolIndices.SyncJobs, job!.Id, changes);
        return job.Id;
    }

    public async Task<IReadOnlyList<SyncResult>> RunOnceAsync() => await Service.RunOnceAsync(Token, Token);

    /// <summary>Lets time pass until <paramref name="task"/> is done.</summary>
    public async Task<T> PassTimeAsync<T>(Task<T> task, TimeSpan? step = null)
    {
        await PassTimeUntilAsync(() => task.IsCompleted, step);
        return await task;
    }

    public async Task PassTimeUntilAsync(Func<bool> condition, TimeSpan? step = null)
    {
        for (var turn = 0; !condition(); turn++)
        {
            // Far more than anything takes, and better than a test that never ends.
            Assert.True(turn < MostTurns, $"what the test waits for did not come in {MostTurns} turns of its clock");
            await Clock.PassAsync(step ?? TimeSpan.FromSeconds(1), condition, Token);
        }
    }

    public string Status(string jobId) => Job(jobId)["status"]!.GetValue<string>();

    void IServiceObserver.SyncStarted(RunningSync sync)
    {
        lock (Events)
        {
            Events.Add($"started {sync.ConnectorName} into {sync.IndexName}");
        }
    }

    void IServiceObserver.SyncResumed(RunningSync sync)
    {
        lock (Events)
        {
            Events.Add($"resumed {sync.ConnectorName} after {sync.Progress.ResumedAfter}");
        }
    }

    void IServiceObserver.SyncEnded(RunningSync sync, SyncResult result)
    {
        lock (Events)
        {
            Events.Add($"ended {sync.ConnectorName}: {result.End}");
        }
    }
}
