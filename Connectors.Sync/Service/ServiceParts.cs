using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service;

/// <summary>What a service is made of.</summary>
internal sealed record ServiceParts
{
    /// <summary>Where connectors and jobs are.</summary>
    public required IDocumentStore Store { get; init; }

    /// <summary>Runs the syncs.</summary>
    public required ISyncEngine Engine { get; init; }

    /// <summary>The engine for a connector that is written with a key of its own; <see langword="null"/> when all are written by <see cref="Engine"/>.</summary>
    public Func<string, ISyncEngine>? EngineOf { get; init; }

    /// <summary>The index of a connector that is counted with a key of its own; <see langword="null"/> when all are by <see cref="ContentIndex"/>.</summary>
    public Func<string, IContentIndex>? ContentIndexOf { get; init; }

    /// <summary>Makes the sources.</summary>
    public required ISourceFactory Sources { get; init; }

    /// <summary>Counts the documents of an index whose sync did not complete; <see langword="null"/> to leave that count as it was.</summary>
    public IContentIndex? ContentIndex { get; init; }

    /// <summary>Waits until Elasticsearch can be used, and throws when it can't. Done once, at the start.</summary>
    public Func<CancellationToken, Task>? Preflight { get; init; }

    /// <summary>Is told what happens.</summary>
    public IServiceObserver? Observer { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider TimeProvider { get; init; }

    /// <summary>Where messages go.</summary>
    public required ILoggerFactory LoggerFactory { get; init; }
}
