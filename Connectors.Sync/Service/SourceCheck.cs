using System.Text.Json.Nodes;
using Connectors.Sync.Protocol;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Service;

/// <summary>Makes the source of a connector or job and makes sure that it answers. Safe for concurrent use.</summary>
public sealed class SourceCheck(ISourceFactory sources, TimeProvider timeProvider, ILoggerFactory loggerFactory)
{
    /// <summary>What a source needs to be told.</summary>
    /// <exception cref="ConnectorException">There is no such source.</exception>
    public async Task<SourceDescription> DescribeAsync(string serviceType)
    {
        await using var source = Create(serviceType, SourceContext.Empty);
        return source.Description;
    }

    /// <summary>Makes a configured source; the caller disposes it.</summary>
    /// <param name="serviceType">Which.</param>
    /// <param name="configuration">The connector's <c>configuration</c>.</param>
    /// <exception cref="ConnectorException">There is no such source, or what the user entered is wrong.</exception>
    public async Task<IDataSource> OpenAsync(string serviceType, JsonObject? configuration)
    {
        var description = await DescribeAsync(serviceType);
        ConfigurationCheck.Require(configuration, description.Fields);
        return Create(serviceType, new SourceContext
        {
            Settings = SourceSettings.FromConfiguration(configuration, description.Fields),
            LoggerFactory = loggerFactory,
            TimeProvider = timeProvider,
        });
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

    private IDataSource Create(string serviceType, SourceContext context)
    {
        if (!sources.ServiceTypes.Contains(serviceType, StringComparer.Ordinal))
        {
            var known = string.Join(", ", sources.ServiceTypes.Order(StringComparer.Ordinal));
            throw new ConnectorException($"service_type: '{serviceType}' is no source of this service. There are: {known}. Choose one of them, or name its class under 'sources' in config.yml.");
        }

        return sources.Create(serviceType, context);
    }
}
