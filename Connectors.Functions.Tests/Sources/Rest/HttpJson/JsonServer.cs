using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Connectors.Tests.Sources.Rest.HttpJson;

/// <summary>A server on a free port of 127.0.0.1 that answers as the test says.</summary>
internal sealed class JsonServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private JsonServer(WebApplication app) => _app = app;

    /// <summary>Its address, without a slash at the end.</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<JsonServer> StartAsync(Func<HttpContext, Task> answer, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(new RequestDelegate(answer));
        await app.StartAsync(cancellationToken);
        return new JsonServer(app);
    }

    public static Task<JsonServer> StartAsync(string json, CancellationToken cancellationToken) =>
        StartAsync(context => context.Response.WriteAsync(json), cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
