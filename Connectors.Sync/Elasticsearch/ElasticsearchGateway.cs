using Connectors.Abstractions;
using Connectors.Sync.Configuration;
using Connectors.Sync.Elasticsearch.Calls;
using Connectors.Sync.Elasticsearch.Indices;
using Connectors.Sync.Engine;
using Elastic.Clients.Elasticsearch;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Elasticsearch;

/// <summary>
/// The only caller of the Elasticsearch client. Make one per process and keep it: it holds the connections. Safe for concurrent use.
/// </summary>
internal sealed class ElasticsearchGateway : IDisposable
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPing = TimeSpan.FromSeconds(2);
    private readonly IElasticsearchClientSettings _settings;
    private readonly ElasticsearchPreflight _preflight;
    private readonly ElasticsearchPreflight _ping;

    /// <summary>Creates the client; nothing is sent yet.</summary>
    /// <exception cref="ConnectorException">A setting can't be used, for instance an unreadable file of certificate
    /// authorities.</exception>
    public ElasticsearchGateway(ElasticsearchOptions options, TimeProvider time, Random random, ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        var logger = loggerFactory.CreateLogger<ElasticsearchGateway>();
        var trust = new ServerTrust(options, time);
        _settings = ElasticsearchClientFactory.Settings(options, trust);
        var transport = new ElasticsearchClient(_settings).Transport;
        var calls = CallsWith(options);
        _preflight = new ElasticsearchPreflight(calls, options, time, random, logger);
        var ping = options.Interactive(LongestPing);
        _ping = new ElasticsearchPreflight(CallsWith(ping), ping, time, random, logger);
        Checkup = new ElasticsearchHealth(calls, time);
        Documents = StoreOver(calls);
        InteractiveDocuments = StoreOver(CallsWith(options.Interactive(LongestAnswer)));
        Content = new ContentIndex(calls, time, logger);
        Semantic = new SemanticMapping(calls);

        ElasticsearchCalls CallsWith(ElasticsearchOptions patience) => new(transport, patience, trust, time, random, logger);

        DocumentStore StoreOver(ElasticsearchCalls way) =>
            new(way, options.UseConnectorsApi ? new ConnectorApiClient(way, logger) : null, logger);
    }

    /// <summary>The index that a sync fills.</summary>
    public IContentIndex Content { get; }

    /// <summary>Fields of it that are searched by meaning.</summary>
    public SemanticMapping Semantic { get; }

    /// <summary>Single documents: what the connector protocol reads and writes.</summary>
    public IDocumentStore Documents { get; }

    /// <summary>The same for somebody who waits for the answer: what fails, fails within seconds.</summary>
    public IDocumentStore InteractiveDocuments { get; }

    /// <summary>Diagnostic questions about the cluster.</summary>
    public ElasticsearchHealth Checkup { get; }

    /// <summary>
    /// Waits until Elasticsearch responds, at most <see cref="ElasticsearchOptions.MaxWaitDuration"/>, and checks that its version is
    /// supported.
    /// </summary>
    /// <exception cref="ConnectorException">
    /// It did not respond in time, refused the credentials, is not Elasticsearch, or has an unsupported version.
    /// </exception>
    public Task<ElasticsearchInfo> ConnectAsync(CancellationToken cancellationToken) => _preflight.RunAsync(cancellationToken);

    /// <summary>Asks once, for two seconds at most, whether Elasticsearch can be worked with.</summary>
    /// <exception cref="ConnectorException">It can't.</exception>
    public Task<ElasticsearchInfo> PingAsync(CancellationToken cancellationToken) => _ping.RunAsync(cancellationToken);

    /// <summary>Finds out whether anything answers at the address, whatever it thinks of the credentials; asks once.</summary>
    /// <exception cref="ConnectorException">Nothing does, or it leads elsewhere.</exception>
    public Task ReachAsync(CancellationToken cancellationToken) => _preflight.ReachAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _settings.Dispose();
}

/// <summary>The Elasticsearch that answered.</summary>
/// <param name="Version">Its version, <c>9.5.0</c>; <see langword="null"/> when the credentials may not see it.</param>
/// <param name="IsServerless">Whether it is Elastic Cloud Serverless, whose version says nothing.</param>
/// <param name="ClusterName">The cluster's name.</param>
internal sealed record ElasticsearchInfo(Version? Version, bool IsServerless, string ClusterName);
