using System.Text.Json.Nodes;
using Connectors.Sync.Protocol;
using Connectors.Sync.Sources;

namespace Connectors.Sync.Service;

/// <summary>Makes the source of a connector or job and makes sure that it answers. Safe for concurrent use.</summary>
internal sealed class SourceCheck(ISourceFactory sources, TimeProvider timeProvider)
{
    /// <summary>The time, by the same clock.</summary>
    public DateTimeOffset Now => timeProvider.GetUtcNow();

    /// <summary>What a source needs to be told.</summary>
    /// <exception cref="ConnectorException">There is no such source.</exception>
    public SourceDescription Describe(string serviceType) => sources.Describe(serviceType);

    /// <summary>Makes a configured source; the caller disposes it.</summary>
    /// <param name="serviceType">Which.</param>
    /// <param name="configuration">The connector's <c>configuration</c>.</param>
    /// <param name="advancedRules">The advanced sync rules in force, or <see langword="null"/>.</param>
    /// <exception cref="ConnectorException">There is no such source, or what the user entered is wrong.</exception>
    public IDataSource Open(string serviceType, JsonObject? configuration, JsonNode? advancedRules = null)
    {
        ConfigurationCheck.Require(configuration, Describe(serviceType).Fields);
        return advancedRules is null ? sources.Create(serviceType, configuration) : sources.Create(serviceType, configuration, advancedRules);
    }

    /// <summary>Asks the source whether it is there.</summary>
    /// <param name="source">The source.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ConnectorException">It isn't.</exception>
    public async Task PingAsync(IDataSource source, TimeSpan limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var timeout = new CancellationTokenSource(limit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            // Given up even when the source does not heed its token: one that hangs must not keep all others waiting.
            await source.PingAsync(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectorException(
                FailureKind.Retry,
                $"{source.Description.Name} did not answer within {limit.TotalSeconds:0} seconds. See whether it runs, and whether this machine can reach it.");
        }
    }
}
