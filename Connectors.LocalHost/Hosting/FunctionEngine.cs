using System.Text.Json;
using Connectors.LocalHost.Durable;
using Connectors.LocalHost.Durable.History;
using Microsoft.AspNetCore.Builder;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Connectors.LocalHost.Hosting;

/// <summary>The parts of a host, put together. It starts after the app's own services and before the first request, and ends in the other
/// order.</summary>
internal sealed class FunctionEngine : IHostedService, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly LocalFunctionHostOptions _options;
    private readonly FunctionCatalog _catalog;
    private readonly IServiceProvider _services;
    private readonly HistoryStore _store;
    private readonly PendingWork _work;
    private readonly DurableTimers _alarms;
    private readonly TimerFunctions _timers;
    private readonly HttpFunctions _http;
    private bool _isDisposed;

    public FunctionEngine(LocalFunctionHostOptions options, FunctionCatalog catalog, HistoryStore store, IServiceProvider services)
    {
        (_options, _catalog, _store, _services) = (options, catalog, store, services);
        var loggers = services.GetRequiredService<ILoggerFactory>();
        var logger = loggers.CreateLogger<LocalFunctionHost>();
        var converter = new FunctionsDataConverter(services.GetRequiredService<IOptions<JsonSerializerOptions>>().Value);
        var time = options.TimeProvider;
        _work = new PendingWork(logger);
        _alarms = new DurableTimers(time, _work);
        var invoker = new FunctionInvoker(() => Client!);
        _timers = new TimerFunctions(invoker, services, _alarms, _work, time, logger, _stopping.Token);
        _http = new HttpFunctions(catalog, invoker, logger, _stopping.Token);
        var functions = new DurableFunctions(catalog, invoker, services, converter);
        Runner = new DurableRunner(
            store,
            functions,
            converter,
            loggers,
            time,
            _work,
            new DurableOptions(options.MaxConcurrentActivities, options.Delivery, options.ShuffleResults)
        );
        Client = new LocalDurableTaskClient(Runner, converter);
    }

    public DurableRunner Runner { get; }

    public DurableTaskClient Client { get; }

    public void Map(WebApplication app) => _http.Map(app, _timers.Fire);

    public bool Fire(string timer) => _timers.Fire(timer);

    public Task WhenQuietAsync(CancellationToken cancellationToken) => _work.WhenQuietAsync(cancellationToken);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Runner.StartAsync(cancellationToken);
        _timers.Prepare(_catalog, _services.GetRequiredService<IConfiguration>());
        if (_options.RunsTimers)
        {
            _timers.Start();
        }
    }

    /// <summary>Cancels what runs and waits for its end. What was not finished goes on at the next start.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await CancelAsync();
        await _work.WhenQuietAsync(cancellationToken);
        await _store.CloseAsync();
    }

    /// <summary>Ends as a killed process does: nothing more is written, nobody is waited for.</summary>
    public async Task KillAsync()
    {
        await _store.CloseAsync();
        await CancelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // The container knows it as two services.
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _store.CloseAsync();
        await Runner.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task CancelAsync()
    {
        _alarms.Dispose();
        await _stopping.CancelAsync();
        await Runner.StopAsync();
    }
}
