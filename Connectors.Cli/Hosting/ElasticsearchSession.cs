using Connectors.Abstractions;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Cli.Hosting;

/// <summary>A checked connection to Elasticsearch with the connector protocol's two indices.</summary>
internal sealed class ElasticsearchSession : IDisposable
{
    // A person waits for the answer of a one-shot command; a service may wait for a cluster that starts with it.
    private static readonly TimeSpan OneShotWait = TimeSpan.FromSeconds(10);

    private ElasticsearchSession(ElasticsearchGateway gateway, TimeProvider time)
    {
        Gateway = gateway;
        Connectors = new ConnectorIndex(gateway.Documents, time);
        Jobs = new SyncJobIndex(gateway.Documents, time);
    }

    public ElasticsearchGateway Gateway { get; }

    public ConnectorIndex Connectors { get; }

    public SyncJobIndex Jobs { get; }

    /// <summary>Connects and makes sure that the indices exist.</summary>
    /// <param name="session">Configuration and log.</param>
    /// <param name="isService">Whether to wait as long as the configuration says.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <exception cref="CliException">Elasticsearch can't be used.</exception>
    public static async Task<ElasticsearchSession> ConnectAsync(CommandSession session, bool isService, CancellationToken cancellationToken)
    {
        var environment = session.Environment;
        var options = session.Configuration.Elasticsearch;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, environment.Shutdown.Stop);
        var notice = session.NoFileNotice is { } noFile ? $"{noFile} {CommandSession.NoFileRemedy}" : null;
        if (isService && notice is not null && session.Configuration.IsDefaultHost)
        {
            // It may wait for minutes, and whoever started it in the wrong folder would wait for nothing.
            await environment.Error.WriteLineAsync($"notice: {notice}");
            notice = null;
        }

        ElasticsearchGateway? gateway = null;
        try
        {
            gateway = new ElasticsearchGateway(
                isService ? options : Impatient(session.Configuration, OneShotWait),
                environment.TimeProvider,
                new Random(),
                session.LoggerFactory
            );
            await gateway.ConnectAsync(either.Token);
            await ProtocolIndices.EnsureAsync(gateway.Documents, either.Token);
            return new ElasticsearchSession(gateway, environment.TimeProvider);
        }
        catch (ConnectorException exception)
        {
            gateway?.Dispose();
            throw new CliException(ExitCode.Elasticsearch, notice is null ? [exception.Message] : [notice, exception.Message]);
        }
        catch
        {
            gateway?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Gateway.Dispose();

    /// <summary>The connection for somebody who looks on: a server is waited for at most so long, and one that nobody named not at
    /// all.</summary>
    internal static ElasticsearchOptions Impatient(ServiceConfiguration configuration, TimeSpan longest)
    {
        var options = configuration.Elasticsearch;
        return options with
        {
            MaxWaitDuration =
                configuration.IsDefaultHost ? TimeSpan.Zero
                : options.MaxWaitDuration < longest ? options.MaxWaitDuration
                : longest,
        };
    }
}
