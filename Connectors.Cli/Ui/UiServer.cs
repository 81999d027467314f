using System.Net;
using Connectors.Cli.Hosting;
using Connectors.Emulator.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Connectors.Cli.Ui;

/// <summary>Serves the status page and what it asks for, on this machine only, beside a service that runs.</summary>
internal sealed class UiServer : IAsyncDisposable
{
    private const int MaxBodyBytes = 64 * 1024;
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stop;
    private readonly DryRuns _dryRuns;

    private UiServer(WebApplication app, Uri page, DryRuns dryRuns, CancellationTokenSource stop) =>
        (_app, Page, _dryRuns, _stop) = (app, page, dryRuns, stop);

    /// <summary>Where the page is.</summary>
    public Uri Page { get; }

    /// <summary>Starts it.</summary>
    /// <exception cref="CliException">The port is taken, or the address is not this machine's.</exception>
    public static async Task<UiServer> StartAsync(
        CommandSession session,
        ServiceHost host,
        IPEndPoint address,
        CancellationToken cancellationToken
    )
    {
        var time = session.Environment.TimeProvider;
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var dryRuns = new DryRuns(host.ServiceFor, time, stop.Token);
        var app = Build(session, address);
        app.Use(
            (http, next) =>
                LocalRequests.Of(http.Request).Refusal("The status page") is { } refusal ? UiRoutes.WriteAsync(http, refusal) : next(http)
        );
        const string WayOut = "The status page is at /api/ui, its API at /api/connectors and /api/syncs.";
        app.Use((http, next) => UnknownRoutes.AnswerAsync(http, next, WayOut));
        app.UseRouting();
        new UiRoutes(host.Service, host.Service.Api, dryRuns).Map(app);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception failure)
        {
            await app.DisposeAsync();
            stop.Dispose();
            if (failure is IOException or System.Net.Sockets.SocketException)
            {
                throw new CliException(
                    ExitCode.Failed,
                    $"The status page can't be served at {address}: {failure.Message} Choose another port with --ui; 127.0.0.1:0 takes one "
                        + "that is free."
                );
            }

            throw;
        }

        var listens = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new UiServer(app, new Uri(new Uri(listens), "/api/ui"), dryRuns, stop);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app.DisposeAsync();
        await _dryRuns.WhenEndedAsync();
        _stop.Dispose();
    }

    private static WebApplication Build(CommandSession session, IPEndPoint address)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(address);
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<ILoggerFactory>(new WarningsOnly(session.LoggerFactory));
        return builder.Build();
    }
}
