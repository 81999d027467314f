using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sync.Configuration;
using Connectors.Sync.Content;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Sources;
using Connectors.Sync.Staging;
using Microsoft.Extensions.Logging;

namespace Connectors.Functions.Hosting;

/// <summary>
/// The app in this process. It starts even with a wrong configuration, to report the problems: in the log, at <c>/api/health</c>, and in
/// the response to every other request. Safe for concurrent use.
/// </summary>
public sealed class ConnectorApp : IAsyncDisposable
{
    // Somebody waits for the answer of a function, and a timer comes again.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private readonly AppServices? _services;
    private readonly List<IDisposable> _owned = [];
    private ContentExtraction? _extraction;

    /// <summary>Reads the configuration and puts the app together; nothing is asked yet.</summary>
    public ConnectorApp(AppSettings settings, TimeProvider time, ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        var logger = loggerFactory.CreateLogger<ConnectorApp>();
        var outcome = ServiceConfiguration.Read(
            settings.ConfigFile,
            settings.Variables,
            new SourceClasses(BuiltInSources.Classes, BuiltInSources.FormerNames)
        );
        string[] unresolved = [.. KeyVaultReferences.Unresolved(settings.Variables)];
        List<string> problems =
        [
            .. unresolved,
            .. AppSettingFaults.Of(settings),
            .. outcome.Problems.Select(problem => problem.ToString()),
        ];
        try
        {
            // Opened also when there are problems already: whoever reads them is to get all of them. A reference is no address, and is
            // told as that.
            var staging = unresolved.Length == 0 ? StagingSettings.Open(settings) : null;
            _services =
                problems.Count == 0 && outcome.Configuration is { } configuration && staging is not null
                    ? Open(settings, configuration, staging, time, loggerFactory)
                    : null;
        }
        catch (ConnectorException failure)
        {
            problems.Add(failure.Message);
        }

        Problems = problems;
        foreach (var problem in problems.Concat(SourceProblems))
        {
            HostingLog.Problem(logger, problem);
        }

        var notices = outcome.Configuration?.Notices.Select(notice => notice.ToString()) ?? [];
        foreach (var notice in AppSettingFaults.Misspelt(settings).Concat(notices))
        {
            HostingLog.Notice(logger, notice);
        }
    }

    /// <summary>An app that was put together elsewhere.</summary>
    internal ConnectorApp(AppServices services)
    {
        _services = services;
        Problems = [];
    }

    /// <summary>What is wrong with the configuration, so that nothing works.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>What is wrong with the classes of sources that the configuration names. Connectors of other sources are served.</summary>
    public IReadOnlyList<string> SourceProblems { get; private set; } = [];

    /// <summary>The app's parts.</summary>
    /// <exception cref="ConnectorException">The configuration is wrong; the message holds all that is.</exception>
    internal AppServices Services => _services ?? throw new ConnectorException($"The app is not configured: {string.Join(" ", Problems)}");

    /// <summary>The app's parts, connected.</summary>
    /// <exception cref="ConnectorException">The configuration is wrong, or Elasticsearch can't be used.</exception>
    internal async Task<AppServices> ReadyAsync(CancellationToken cancellationToken)
    {
        var services = Services;
        await services.ConnectAsync(cancellationToken);
        return services;
    }

    /// <summary>The same for a request, whose sender waits: when Elasticsearch can't be used, that is known within seconds.</summary>
    /// <exception cref="ConnectorException">The configuration is wrong, or Elasticsearch can't be used.</exception>
    internal async Task<AppServices> ReadyForRequestAsync(CancellationToken cancellationToken)
    {
        var services = Services;
        await services.ConnectForRequestAsync(cancellationToken);
        return services;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        if (_extraction is not null)
        {
            await _extraction.DisposeAsync();
        }

        _owned.ForEach(item => item.Dispose());
    }

    private AppServices Open(
        AppSettings settings,
        ServiceConfiguration read,
        IStagingStore staging,
        TimeProvider time,
        ILoggerFactory loggerFactory
    )
    {
        // Only copies of snapshots are kept on local disk here, and the app's own folder can't be written on Azure.
        var configuration = settings.Variable("Connectors__service__state_dir") is null
            ? read with
            {
                Engine = read.Engine with { StateFolder = Path.Combine(Path.GetTempPath(), "connectors") },
            }
            : read;
        var elasticsearch = configuration.Elasticsearch;
        var gateway = new ElasticsearchGateway(
            elasticsearch with
            {
                MaxWaitDuration = elasticsearch.MaxWaitDuration < LongestWait ? elasticsearch.MaxWaitDuration : LongestWait,
            },
            time,
            new Random(),
            loggerFactory
        );
        var gateways = new ConnectorGateways(gateway, configuration, time, loggerFactory);
        _owned.AddRange([gateways, gateway]);
        _extraction = new ContentExtraction(configuration.Engine.Content, time, loggerFactory);
        var sources = new SourceCatalog(configuration.Sources, configuration.Service.PluginsFolder, loggerFactory, time);
        SourceProblems = sources.ProblemsBeside(BuiltInSources.Classes);
        return new AppServices(
            new AppParts
            {
                Configuration = configuration,
                Store = gateway.Documents,
                InteractiveStore = gateway.InteractiveDocuments,
                IndexOf = connectorId => gateways.Of(connectorId).Content,
                Sources = sources,
                Staging = staging,
                Extraction = _extraction,
                Limits = settings.Limits,
                Connect = async token => await gateway.ConnectAsync(token),
                Ping = async token => await gateway.PingAsync(token),
                Hostname = Environment.MachineName,
                Time = time,
                LoggerFactory = loggerFactory,
            }
        );
    }
}
