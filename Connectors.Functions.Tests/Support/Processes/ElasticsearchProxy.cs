using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Connectors.Tests.Support.Processes;

/// <summary>A request on its way to Elasticsearch.</summary>
/// <param name="Method">For instance <c>POST</c>.</param>
/// <param name="Path">Without the query string.</param>
internal sealed record PassingRequest(string Method, string Path)
{
    public bool IsBulk => Path.EndsWith("/_bulk", StringComparison.Ordinal);
}

/// <summary>
/// Stands between a service and Elasticsearch, so that a test knows how far the service is: it sees each request before it is carried out,
/// and again before its answer is sent. Either hook may take its time, or return false: then the connection is cut.
/// </summary>
internal sealed class ElasticsearchProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client = new(
        new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.None,
            UseProxy = false,
            UseCookies = false,
        }
    );
    private int _operations;

    private ElasticsearchProxy(WebApplication app) => _app = app;

    public Uri Uri { get; private set; } = null!;

    /// <summary>Called before a request is passed on.</summary>
    public Func<PassingRequest, Task<bool>>? Arrived { get; set; }

    /// <summary>Called when a request has been carried out, before its answer is passed back.</summary>
    public Func<PassingRequest, Task<bool>>? Done { get; set; }

    /// <summary>Operations in the bulk requests that came in.</summary>
    public int Operations => Volatile.Read(ref _operations);

    public static async Task<ElasticsearchProxy> StartAsync(Uri target, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(IPAddress.Loopback, 0);
                kestrel.Limits.MaxRequestBodySize = null;
            });
        var app = builder.Build();
        var proxy = new ElasticsearchProxy(app);
        app.Run(context => proxy.PassAsync(context, target));
        await app.StartAsync(cancellationToken);
        proxy.Uri = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task PassAsync(HttpContext context, Uri target)
    {
        try
        {
            var request = new PassingRequest(context.Request.Method, context.Request.Path);
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            if (request.IsBulk)
            {
                Interlocked.Add(ref _operations, CountOperations(body.GetBuffer().AsSpan(0, (int)body.Length)));
            }

            if (Arrived is { } arrived && !await arrived(request))
            {
                context.Abort();
                return;
            }

            using var message = new HttpRequestMessage(
                new HttpMethod(request.Method),
                new Uri(target, context.Features.Get<IHttpRequestFeature>()!.RawTarget)
            );
            message.Content = body.Length == 0 ? null : new ByteArrayContent(body.ToArray());
            foreach (
                var (name, values) in context.Request.Headers.Where(header =>
                    header.Key is not ("Host" or "Content-Length" or "Transfer-Encoding" or "Connection")
                )
            )
            {
                if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                {
                    message.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
                }
            }

            // A request that has arrived is carried out, even when its sender is gone meanwhile.
            using var answer = await _client.SendAsync(message, CancellationToken.None);
            var content = await answer.Content.ReadAsByteArrayAsync(CancellationToken.None);
            if (Done is { } done && !await done(request))
            {
                context.Abort();
                return;
            }

            context.Response.StatusCode = (int)answer.StatusCode;
            foreach (
                var (name, values) in answer
                    .Headers.Concat(answer.Content.Headers)
                    .Where(header => header.Key is not ("Transfer-Encoding" or "Content-Length" or "Connection"))
            )
            {
                context.Response.Headers[name] = values.ToArray();
            }

            context.Response.ContentLength = request.Method == "HEAD" ? null : content.Length;
            if (request.Method != "HEAD")
            {
                await context.Response.Body.WriteAsync(content, context.RequestAborted);
            }
        }
        catch (Exception failure)
            when (failure is IOException or HttpRequestException or OperationCanceledException or BadHttpRequestException)
        {
            // One of the two ends is gone: so is the connection.
            context.Abort();
        }
    }

    private static int CountOperations(ReadOnlySpan<byte> body)
    {
        var count = 0;
        foreach (var line in body.Split((byte)'\n'))
        {
            count += body[line].StartsWith("{\"index\":"u8) || body[line].StartsWith("{\"delete\":"u8) ? 1 : 0;
        }

        return count;
    }
}
