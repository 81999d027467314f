using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Service.Jobs;
using Connectors.Sync.Sources;
using Connectors.Sync.Staging.LocalState;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service;

/// <summary>The dependencies of a service.</summary>
internal sealed record ServiceParts
{
    /// <summary>Where connectors and jobs are.</summary>
    public required IDocumentStore Store { get; init; }

    /// <summary>The store for requests that somebody waits for; <see langword="null"/> for the same one.</summary>
    public IDocumentStore? InteractiveStore { get; init; }

    /// <summary>Runs the syncs of a connector, by its id.</summary>
    public required Func<string, ISyncEngine> EngineOf { get; init; }

    /// <summary>Makes the sources.</summary>
    public required ISourceFactory Sources { get; init; }

    /// <summary>The index of a connector, by the connector's id, to count the documents of a sync that did not complete;
    /// <see langword="null"/> to leave that count as it was.</summary>
    public Func<string, IContentIndex?> ContentIndexOf { get; init; } = _ => null;

    /// <summary>Where this machine keeps the state of syncs, to delete what is left of jobs that are over; <see langword="null"/> where
    /// there is no such place.</summary>
    public LocalSyncStateStore? States { get; init; }

    /// <summary>Waits until Elasticsearch can be used, and throws when it can't. Done once, at the start.</summary>
    public Func<CancellationToken, Task>? Preflight { get; init; }

    /// <summary>Is told what happens.</summary>
    public IServiceObserver? Observer { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider TimeProvider { get; init; }

    /// <summary>Where messages go.</summary>
    public required ILoggerFactory LoggerFactory { get; init; }
}
