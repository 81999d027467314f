using Connectors.Sync.Api;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service.Admission;
using Connectors.Sync.Service.CleanUp;
using Connectors.Sync.Service.Jobs;
using Connectors.Sync.Service.Polling;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service;

/// <summary>
/// The parts of the service that are the same in every host, put together in one place. A host adds how jobs run: <see
/// cref="ConnectorService"/> in its own process, the function app in orchestrations. Safe for concurrent use.
/// </summary>
internal sealed class ServiceCore
{
    /// <summary>Puts the parts together; nothing is called yet.</summary>
    /// <param name="store">Where connectors and jobs are.</param>
    /// <param name="sources">Makes the sources.</param>
    /// <param name="indexOf">The gateway that writes a connector's index, by the connector's id; <see langword="null"/> where there is
    /// none.</param>
    /// <param name="options">What is served.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggerFactory">Where messages go.</param>
    /// <param name="interactiveStore">The store for requests that somebody waits for; <see langword="null"/> for the same one.</param>
    public ServiceCore(
        IDocumentStore store,
        ISourceFactory sources,
        Func<string, IContentIndex?> indexOf,
        ConnectorServiceOptions options,
        TimeProvider time,
        ILoggerFactory loggerFactory,
        IDocumentStore? interactiveStore = null
    )
    {
        Options = options;
        Connectors = new ConnectorIndex(store, time);
        Jobs = new SyncJobIndex(store, time);
        Steps = new SyncJobSteps(Connectors, Jobs);
        Sources = new SourceCheck(sources, time, store: store);
        Cleanup = new JobCleanup(Jobs, Steps, time, loggerFactory);
        PollCycle = new PollCycle(
            Connectors,
            Jobs,
            new ConnectorMaintenance(Connectors, Steps, Sources, options, time, loggerFactory),
            Cleanup,
            options,
            loggerFactory
        );
        Replacement = new JobReplacement(Connectors, Jobs, Steps, Sources, loggerFactory);
        Admission = new JobAdmission(Connectors, Jobs, options, time);
        Orphans = new OrphanedContent(Connectors, Jobs, indexOf, options, time, loggerFactory);
        var asked = interactiveStore ?? store;
        Api = new ConnectorApi(new ConnectorIndex(asked, time), new SyncJobIndex(asked, time), Sources, options);
    }

    /// <summary>What is served.</summary>
    public ConnectorServiceOptions Options { get; }

    /// <summary>The connectors.</summary>
    public ConnectorIndex Connectors { get; }

    /// <summary>The jobs.</summary>
    public SyncJobIndex Jobs { get; }

    /// <summary>The steps of a job's life.</summary>
    public SyncJobSteps Steps { get; }

    /// <summary>The sources.</summary>
    public SourceCheck Sources { get; }

    /// <summary>Maintains the connectors.</summary>
    public PollCycle PollCycle { get; }

    /// <summary>Decides which jobs may be taken.</summary>
    public JobAdmission Admission { get; }

    /// <summary>Replaces jobs whose connector was changed since.</summary>
    public JobReplacement Replacement { get; }

    /// <summary>Ends abandoned jobs.</summary>
    public JobCleanup Cleanup { get; }

    /// <summary>Deletes what deleted connectors leave behind.</summary>
    public OrphanedContent Orphans { get; }

    /// <summary>What the HTTP API answers.</summary>
    public ConnectorApi Api { get; }
}
