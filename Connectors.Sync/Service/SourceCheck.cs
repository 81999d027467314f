using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Pages;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Retries;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Connectors.Sync.Service;

/// <summary>Creates the source of a connector or job and checks that it responds. Safe for concurrent use.</summary>
/// <param name="sources">Makes sources.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="callsOn">Where sources are called; <see langword="null"/> for the thread pool.</param>
/// <param name="store">Where connectors are, which keep what a service replaces; <see langword="null"/> where none is called.</param>
internal sealed class SourceCheck(
    ISourceFactory sources,
    TimeProvider timeProvider,
    TaskScheduler? callsOn = null,
    IDocumentStore? store = null
)
{
    private readonly Random _random = new();

    /// <summary>The time, by the same clock.</summary>
    public DateTimeOffset Now => timeProvider.GetUtcNow();

    /// <summary>The description of a source.</summary>
    /// <exception cref="ConnectorException">There is no such source.</exception>
    public SourceDescription Describe(string serviceType) => sources.Describe(serviceType);

    /// <summary>Makes the configured source of a connector; the caller disposes it.</summary>
    /// <param name="connectorId">The connector: what its service replaces is kept in its document.</param>
    /// <param name="serviceType">Its source.</param>
    /// <param name="configuration">Its <c>configuration</c>, or a job's copy of it.</param>
    /// <param name="advancedRules">The advanced sync rules in force, or <see langword="null"/>.</param>
    /// <exception cref="ConnectorException">There is no such source, or what the user entered is wrong.</exception>
    public IDataSource Open(string connectorId, string serviceType, JsonObject? configuration, JsonNode? advancedRules = null) =>
        Open(serviceType, configuration, advancedRules, store is null ? null : new ConnectorSettings(store, connectorId));

    /// <summary>Makes the source of a connector that is not written yet; the caller disposes it.</summary>
    /// <param name="serviceType">Which.</param>
    /// <param name="configuration">The <c>configuration</c>: what the service replaces is replaced here.</param>
    /// <exception cref="ConnectorException">There is no such source, or what the user entered is wrong.</exception>
    public IDataSource OpenDraft(string serviceType, JsonObject configuration) =>
        Open(serviceType, configuration, advancedRules: null, new DraftSettings(configuration));

    /// <summary>Asks the source whether it is there, once.</summary>
    /// <param name="source">The source.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ConnectorException">It isn't.</exception>
    public Task PingAsync(IDataSource source, TimeSpan limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var calls = new SourceCalls(
            source.Description.Name,
            BackoffPolicy.None,
            limit,
            timeProvider,
            _random,
            NullLogger.Instance,
            callsOn: callsOn,
            origin: source
        );
        return new SourceReader(source, calls).PingAsync(limit, cancellationToken);
    }

    /// <summary>Asks the source whether it is there, for a sync: what may pass is tried again.</summary>
    /// <param name="source">The source.</param>
    /// <param name="options">How long it may take, and how long it is tried.</param>
    /// <param name="progress">Tells that it is waited for.</param>
    /// <param name="logger">Is told of retries.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="ConnectorException">It isn't.</exception>
    public Task PingAsync(
        IDataSource source,
        ConnectorServiceOptions options,
        SyncProgress progress,
        ILogger logger,
        CancellationToken stop
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(progress);
        var calls = new SourceCalls(
            source.Description.Name,
            options.SourceRetries,
            options.PingTimeout,
            timeProvider,
            _random,
            logger,
            isWaitTold: progress.IsWaitTold,
            origin: source
        );
        progress.Waits = () => calls.Wait ?? SourceWait.Within(source);
        return new SourceReader(source, calls).PingAsync(options.PingTimeout, stop);
    }

    private IDataSource Open(string serviceType, JsonObject? configuration, JsonNode? advancedRules, ISettingStore? settings)
    {
        ConfigurationValidator.Require(configuration, Describe(serviceType).Fields);
        return sources.Create(serviceType, configuration, advancedRules, settings);
    }
}
