using System.Net;
using System.Text.Json;
using Connectors.Emulator.Http;
using Connectors.LocalHost.Durable.History;
using Connectors.LocalHost.Durable.Instances;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Connectors.LocalHost.Hosting;

/// <summary>
/// Runs the functions of an app in this process, without Core Tools, storage or the Functions host: HTTP functions on 127.0.0.1, timers by
/// their schedules, orchestrations with a history on disk. A development tool: it is neither fast nor built to serve.
/// </summary>
public sealed class LocalFunctionHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly FunctionEngine _engine;
    private bool _isOver;

    private LocalFunctionHost(WebApplication app, FunctionEngine engine, Uri uri) => (_app, _engine, Uri) = (app, engine, uri);

    /// <summary>Where it listens, for instance <c>http://127.0.0.1:41234/</c>. HTTP functions are under <c>api/</c>.</summary>
    public Uri Uri { get; }

    /// <summary>The app's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The client that functions get for <c>[DurableClient]</c>.</summary>
    public DurableTaskClient Client => _engine.Client;

    /// <summary>Starts the app, and goes on with the orchestrations that the storage folder holds.</summary>
    /// <exception cref="InvalidOperationException">A function can't be run, or a schedule can't be read; the message says which and
    /// why.</exception>
    /// <exception cref="IOException">The port is taken, or another host uses the storage folder.</exception>
    /// <exception cref="InvalidDataException">A history can't be read.</exception>
    public static async Task<LocalFunctionHost> StartAsync(LocalFunctionHostOptions options, CancellationToken cancellationToken)
    {
        var catalog = FunctionCatalog.Of(options.Functions);
        var store = new HistoryStore(options.StorageFolder);
        WebApplication? app = null;
        try
        {
            app = Build(options, catalog, store);
            var engine = app.Services.GetRequiredService<FunctionEngine>();
            app.Use(GuardAsync);
            var routes = catalog.All.Where(function => function.Trigger is HttpTriggerAttribute).Select(function => $"/{function.Route}");
            var wayOut = $"There are: {string.Join(", ", routes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}.";
            app.Use((http, next) => UnknownRoutes.AnswerAsync(http, next, wayOut));
            app.UseRouting();
            engine.Map(app);
            await app.StartAsync(cancellationToken);
            var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            return new LocalFunctionHost(app, engine, new Uri(address));
        }
        catch
        {
            await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
            await store.CloseAsync();
            throw;
        }
    }

    /// <summary>What an instance cost so far; null when there is none of that id.</summary>
    public InstanceStatistics? StatisticsOf(string instanceId) => _engine.Runner.Find(instanceId).Statistics;

    /// <summary>Runs a timer function now, in the background, as <c>POST /admin/functions/NAME</c> does.</summary>
    /// <returns>False when there is no timer function of that name.</returns>
    public bool FireTimer(string function) => _engine.Fire(function);

    /// <summary>Comes back when no function runs and none is about to: everything waits for the clock, an event or a call from
    /// outside.</summary>
    public Task WhenQuietAsync(CancellationToken cancellationToken) => _engine.WhenQuietAsync(cancellationToken);

    /// <summary>Stops as on Ctrl-C: functions are cancelled and waited for. What was not finished goes on at the next start.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    /// <summary>Ends as if the process had been killed: from here on nothing is written, and nobody is waited for.</summary>
    public async Task KillAsync()
    {
        if (!_isOver)
        {
            _isOver = true;
            await _engine.KillAsync();
            await _app.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_isOver)
        {
            _isOver = true;
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
        }
    }

    /// <summary>Keys are not asked for here, so what other web pages send has to be told from what this machine's own user does.</summary>
    private static Task GuardAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.OnStarting(() =>
        {
            LocalRequests.Secure(http.Response);
            return Task.CompletedTask;
        });
        if (LocalRequests.Of(http.Request).Refusal("The local host") is not { } refusal)
        {
            return next(http);
        }

        http.Response.StatusCode = refusal.Status;
        http.Response.ContentType = refusal.ContentType;
        return http.Response.WriteAsync(refusal.ToText(), http.RequestAborted);
    }

    private static WebApplication Build(LocalFunctionHostOptions options, FunctionCatalog catalog, HistoryStore store)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddEnvironmentVariables();
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(IPAddress.Loopback, options.Port);
                kestrel.AddServerHeader = false;
            });
        builder.Services.AddRoutingCore();
        builder.Services.AddMvcCore();

        // As in the worker.
        builder.Services.Configure<JsonSerializerOptions>(json => json.PropertyNameCaseInsensitive = true);
        options.Configure?.Invoke(builder);
        builder.Services.AddSingleton(services => new FunctionEngine(options, catalog, store, services));
        builder.Services.AddHostedService(services => services.GetRequiredService<FunctionEngine>());
        return builder.Build();
    }
}
