using System.Text.Json.Nodes;
using Connectors.Sync.Protocol;
using Connectors.Sync.Sources;

namespace Connectors.Sync.Service;

/// <summary>Makes the source of a connector or job and makes sure that it answers. Safe for concurrent use.</summary>
public sealed class SourceCheck(ISourceFactory sources, TimeProvider timeProvider)
{
    /// <summary>What a source needs to be told.</summary>
    /// <exception cref="ConnectorException">There is no such source.</exception>
    public SourceDescription Describe(string serviceType) => sources.Describe(serviceType);

    /// <summary>Makes a configured source; the caller disposes it.</summary>
    /// <param name="serviceType">Which.</param>
    /// <param name="configuration">The connector's <c>configuration</c>.</param>
    /// <exception cref="ConnectorException">There is no such source, or what the user entered is wrong.</exception>
    public IDataSource Open(string serviceType, JsonObject? configuration)
    {
        ConfigurationCheck.Require(configuration, Describe(serviceType).Fields);
        return sources.Create(serviceType, configuration);
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
            await source.PingAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectorException(
                FailureKind.Retry,
                $"{source.Description.Name} did not answer within {limit.TotalSeconds:0} seconds. See whether it runs, and whether this machine can reach it.");
        }
    }
}
