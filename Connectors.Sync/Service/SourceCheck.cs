using System.Text.Json.Nodes;
using Connectors.Abstractions;
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
internal sealed class SourceCheck(ISourceFactory sources, TimeProvider timeProvider, TaskScheduler? callsOn = null)
{
    private readonly Random _random = new();

    /// <summary>The time, by the same clock.</summary>
    public DateTimeOffset Now => timeProvider.GetUtcNow();

    /// <summary>The description of a source.</summary>
    /// <exception cref="ConnectorException">There is no such source.</exception>
    public SourceDescription Describe(string serviceType) => sources.Describe(serviceType);

    /// <summary>Makes a configured source; the caller disposes it.</summary>
    /// <param name="serviceType">Which.</param>
    /// <param name="configuration">The connector's <c>configuration</c>.</param>
    /// <param name="advancedRules">The advanced sync rules in force, or <see langword="null"/>.</param>
    /// <exception cref="ConnectorException">There is no such source, or what the user entered is wrong.</exception>
    public IDataSource Open(string serviceType, JsonObject? configuration, JsonNode? advancedRules = null)
    {
        ConfigurationValidator.Require(configuration, Describe(serviceType).Fields);
        return advancedRules is null
            ? sources.Create(serviceType, configuration)
            : sources.Create(serviceType, configuration, advancedRules);
    }

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
            callsOn: callsOn
        );
        return new SourceReader(source, calls).PingAsync(limit, cancellationToken);
    }

    /// <summary>Asks the source whether it is there, for a sync: what may pass is tried again.</summary>
    /// <param name="source">The source.</param>
    /// <param name="options">How long it may take, and how long it is tried.</param>
    /// <param name="logger">Is told of retries.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="ConnectorException">It isn't.</exception>
    public Task PingAsync(IDataSource source, ConnectorServiceOptions options, ILogger logger, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        var calls = new SourceCalls(source.Description.Name, options.SourceRetries, options.PingTimeout, timeProvider, _random, logger);
        return new SourceReader(source, calls).PingAsync(options.PingTimeout, stop);
    }
}
