using Connectors.Abstractions;
using Connectors.Functions.Activities;
using Connectors.Sync.Api;
using Connectors.Sync.Bulk;
using Connectors.Sync.Configuration;
using Connectors.Sync.Content;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Staged;
using Connectors.Sync.Engine.Staged.Storage;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Connectors.Sync.Service.Admission;
using Connectors.Sync.Service.CleanUp;
using Connectors.Sync.Service.Jobs;
using Connectors.Sync.Service.Polling;
using Connectors.Sync.Sources;
using Connectors.Sync.Staging;
using Microsoft.Extensions.Logging;

namespace Connectors.Functions.Hosting;

/// <summary>The app's object graph, for a valid configuration. Safe for concurrent use.</summary>
internal sealed class AppServices : IAsyncDisposable
{
    private readonly Func<CancellationToken, Task<ElasticsearchInfo?>> _connect;
    private readonly Func<CancellationToken, Task<ElasticsearchInfo?>> _ping;
    private readonly IDocumentStore _interactiveStore;
    private readonly ServiceCore _core;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private volatile bool _isConnected;

    /// <summary>Creates it; nothing is called yet.</summary>
    /// <param name="parts">What it is made of.</param>
    public AppServices(AppParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _connect = parts.Connect;
        _ping = parts.Ping ?? parts.Connect;
        _interactiveStore = parts.InteractiveStore ?? parts.Store;
        _logger = parts.LoggerFactory.CreateLogger<AppServices>();
        Configuration = parts.Configuration;
        IndexOf = parts.IndexOf;
        Store = parts.Store;
        Staging = parts.Staging;
        var options = ConnectorServiceOptions.From(parts.Configuration, new JobWorker(parts.Hostname)) with
        {
            PollDoneLevel = LogLevel.Information,
        };
        _core = new ServiceCore(parts.Store, parts.Sources, parts.IndexOf, options, parts.Time, parts.LoggerFactory, _interactiveStore);
        Leases = new SourceLeases(parts.Time, _logger);
        Staged = new StagedSync(
            parts.Staging,
            parts.IndexOf,
            parts.Configuration.Engine,
            parts.Limits,
            parts.Time,
            new Random(),
            parts.LoggerFactory,
            parts.Extraction
        );
    }

    /// <summary>The configuration.</summary>
    public ServiceConfiguration Configuration { get; }

    /// <summary>What is served.</summary>
    public ConnectorServiceOptions Options => _core.Options;

    /// <summary>The connectors.</summary>
    public ConnectorIndex Connectors => _core.Connectors;

    /// <summary>The jobs.</summary>
    public SyncJobIndex Jobs => _core.Jobs;

    /// <summary>The steps of a job's life.</summary>
    public SyncJobSteps Steps => _core.Steps;

    /// <summary>The sources.</summary>
    public SourceCheck Sources => _core.Sources;

    /// <summary>What the HTTP API answers.</summary>
    public ConnectorApi Api => _core.Api;

    /// <summary>Polls everything that is served.</summary>
    public PollCycle PollCycle => _core.PollCycle;

    /// <summary>Decides which jobs may be taken.</summary>
    public JobAdmission Admission => _core.Admission;

    /// <summary>Replaces jobs whose connector was changed since.</summary>
    public JobReplacement Replacement => _core.Replacement;

    /// <summary>What deleted connectors leave behind.</summary>
    internal OrphanedContent Orphans => _core.Orphans;

    /// <summary>The steps of a sync.</summary>
    public StagedSync Staged { get; }

    /// <summary>The sources that stay open between steps.</summary>
    public SourceLeases Leases { get; }

    /// <summary>Where the steps exchange data.</summary>
    public IStagingStore Staging { get; }

    /// <summary>The gateway with which a connector's index is written.</summary>
    public Func<string, IContentIndex> IndexOf { get; }

    private IDocumentStore Store { get; }

    /// <summary>Asks Elasticsearch once whether it is there and can be worked with.</summary>
    /// <exception cref="ConnectorException">It can't.</exception>
    public Task<ElasticsearchInfo?> PingAsync(CancellationToken cancellationToken) => _ping(cancellationToken);

    /// <summary>Connects and makes sure that the protocol's indices exist, once in the life of the process.</summary>
    /// <exception cref="ConnectorException">Elasticsearch can't be used; the next call tries again.</exception>
    public Task ConnectAsync(CancellationToken cancellationToken) => ConnectAsync(_connect, Store, cancellationToken);

    /// <summary>The same for a request, whose sender waits: asks once.</summary>
    /// <exception cref="ConnectorException">Elasticsearch can't be used; the next call tries again.</exception>
    public async Task ConnectForRequestAsync(CancellationToken cancellationToken)
    {
        if (!_isConnected)
        {
            // Before the turn is waited for, which a timer may hold that is more patient.
            await _ping(cancellationToken);
            await ConnectAsync(_ => Task.FromResult<ElasticsearchInfo?>(null), _interactiveStore, cancellationToken);
        }
    }

    private async Task ConnectAsync(
        Func<CancellationToken, Task<ElasticsearchInfo?>> connect,
        IDocumentStore store,
        CancellationToken cancellationToken
    )
    {
        if (_isConnected)
        {
            return;
        }

        await _connecting.WaitAsync(cancellationToken);
        try
        {
            if (!_isConnected)
            {
                await connect(cancellationToken);
                await ProtocolIndices.EnsureAsync(store, cancellationToken);
                _isConnected = true;
            }
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>Gathers reports of a sync that was stopped. Missing reports are skipped: the job has to end in any case.</summary>
    public async Task<RejectionReport> ReportAsync(IReadOnlyList<ReportName> reports, CancellationToken cancellationToken)
    {
        try
        {
            return await Staged.ReportAsync(reports, cancellationToken);
        }
        catch (ConnectorException)
        {
            return new RejectionReport();
        }
    }

    /// <summary>Writes how a sync ended into the job, and tells the log when it failed: the alert about failed syncs waits for that message
    /// (infra/modules/alerts.bicep).</summary>
    /// <returns>The job as it stands; <see langword="null"/> when somebody else ended it otherwise, or it is gone.</returns>
    /// <exception cref="ConnectorException">The end could not be written.</exception>
    internal async Task<SyncJobRecord?> EndAsync(
        SyncJobRecord job,
        SyncResultEnd end,
        JobResult result,
        CancellationToken cancellationToken
    )
    {
        var ended = await new JobCompletion(Steps, IndexOf(job.ConnectorId), Sources).WriteAsync(job, end, result, cancellationToken);
        if (ended?.Status == JobStatus.Error)
        {
            ServiceLog.JobFailed(_logger, job.Id, job.ConnectorId, job.IndexName ?? string.Empty, result.Error ?? string.Empty);
        }

        return ended;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Leases.DisposeAsync();
        Staged.Dispose();
        _connecting.Dispose();
    }
}

/// <summary>What the app is put together from.</summary>
internal sealed record AppParts
{
    /// <summary>The configuration.</summary>
    public required ServiceConfiguration Configuration { get; init; }

    /// <summary>Where connectors and jobs are.</summary>
    public required IDocumentStore Store { get; init; }

    /// <summary>The store for requests that somebody waits for; <see langword="null"/> for the same one.</summary>
    public IDocumentStore? InteractiveStore { get; init; }

    /// <summary>The gateway that writes a connector's index, by the connector's id.</summary>
    public required Func<string, IContentIndex> IndexOf { get; init; }

    /// <summary>Makes the sources.</summary>
    public required ISourceFactory Sources { get; init; }

    /// <summary>Where the steps exchange data.</summary>
    public required IStagingStore Staging { get; init; }

    /// <summary>How files become text; <see langword="null"/> to go by the configuration.</summary>
    public ContentExtraction? Extraction { get; init; }

    /// <summary>How much a step of a sync does.</summary>
    public StagedSyncOptions Limits { get; init; } = new();

    /// <summary>Asks Elasticsearch whether it can be worked with.</summary>
    public required Func<CancellationToken, Task<ElasticsearchInfo?>> Connect { get; init; }

    /// <summary>Asks Elasticsearch once whether it can be worked with; <see langword="null"/> to do what <see cref="Connect"/>
    /// does.</summary>
    public Func<CancellationToken, Task<ElasticsearchInfo?>>? Ping { get; init; }

    /// <summary>Written into jobs that are taken here.</summary>
    public required string Hostname { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where messages go.</summary>
    public required ILoggerFactory LoggerFactory { get; init; }
}
