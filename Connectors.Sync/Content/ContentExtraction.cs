using Connectors.Abstractions;
using Connectors.Sync.Content.Extraction;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Retries;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Content;

/// <summary>
/// The ways of extracting text and their resources: processes and connections. Create one per process and share it among engines. Nothing
/// is started before the first file needs it. Safe for concurrent use.
/// </summary>
internal sealed class ContentExtraction : IAsyncDisposable
{
    private static readonly TimeSpan PingLimit = TimeSpan.FromSeconds(5);

    private readonly ContentOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly ExtractionPool? _pool;

    /// <summary>Takes the options; starts nothing.</summary>
    public ContentExtraction(ContentOptions options, TimeProvider time, ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        _options = options;
        _time = time;
        _logger = loggerFactory.CreateLogger<ContentExtraction>();
        _pool = options.Local is { } local ? new ExtractionPool(local, time, _logger) : null;
    }

    /// <summary>
    /// Asks the extraction service, if configured, whether it is available, and logs a warning if not. Never throws because of it.
    /// </summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (_options.Service is not { } service)
        {
            return;
        }

        if (await ServiceProblemAsync(service, cancellationToken) is { } problem)
        {
            ContentLog.ServiceUnwell(_logger, service.Host, problem);
        }
        else
        {
            ContentLog.ServiceFound(_logger, service.Host);
        }
    }

    /// <summary>Asks the extraction service whether it is available. Never throws because of it.</summary>
    /// <returns>What is wrong, to follow a colon; <see langword="null"/> when nothing is.</returns>
    internal async Task<string?> ServiceProblemAsync(ExtractionServiceOptions service, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(PingLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using var response = await _http.GetAsync(new Uri(service.Host.AbsoluteUri.TrimEnd('/') + "/ping/"), either.Token);
            return response.IsSuccessStatusCode ? null : $"it answers {(int)response.StatusCode}";
        }
        catch (Exception failure)
            when (failure is HttpRequestException or IOException
                || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return failure is OperationCanceledException ? "it does not answer" : failure.Message;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_pool is not null)
        {
            await _pool.DisposeAsync();
        }
    }

    /// <summary>A content reader for the chosen way of extraction.</summary>
    /// <param name="usesService">Whether the connector asks for the extraction service.</param>
    /// <param name="pipelineExtracts">Whether the connector's pipeline extracts text from attachments.</param>
    /// <param name="calls">How the source is called for a content; <see langword="null"/> to call it without limit and retries.</param>
    /// <exception cref="ConnectorException">The connector asks for a service that is not configured.</exception>
    internal ContentReader ReaderFor(bool usesService, bool pipelineExtracts, SourceCalls? calls = null) =>
        new(
            _options,
            WayOf(usesService, pipelineExtracts) switch
            {
                ContentExtractionMode.Service => new ServiceExtractor(
                    _options.Service
                        ?? throw new ConnectorException(
                            "use_text_extraction_service: on, but extraction_service.host is not set. Set it in config.yml, or switch "
                                + "this off in the connector's configuration."
                        ),
                    _options.MaxTextBytes,
                    _http,
                    _time
                ),
                ContentExtractionMode.Local => new LocalExtractor(_pool!, _options.Local!, _options.MaxTextBytes, _time),
                ContentExtractionMode.Pipeline => new AttachmentExtractor(),
                _ => null,
            },
            calls
        );

    /// <summary>
    /// The part of the extraction settings that shapes documents and is in neither the connector's fields nor its pipeline;
    /// <see langword="null"/> for none. When it changes, documents are written again.
    /// </summary>
    internal string? ShapeOf(bool usesService, bool pipelineExtracts) =>
        WayOf(usesService, pipelineExtracts) == ContentExtractionMode.Local ? "content: local 2" : null;

    private ContentExtractionMode WayOf(bool usesService, bool pipelineExtracts) =>
        usesService ? ContentExtractionMode.Service
        : _pool is not null ? ContentExtractionMode.Local
        : pipelineExtracts ? ContentExtractionMode.Pipeline
        : ContentExtractionMode.Text;

    private enum ContentExtractionMode
    {
        /// <summary>Only files that are text themselves.</summary>
        Text,

        /// <summary>Attachments for the ingest pipeline.</summary>
        Pipeline,

        /// <summary>Processes on this machine.</summary>
        Local,

        /// <summary>The extraction service.</summary>
        Service,
    }
}
