using System.Text;
using Connectors.Emulator;
using Connectors.Tests.Sync.Elasticsearch;
using Microsoft.AspNetCore.Http;

namespace Connectors.Tests.Sync.Damage;

/// <summary>An emulator behind a proxy that changes its answers.</summary>
internal sealed class LyingElasticsearch : IAsyncDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private PlainServer _proxy = null!;

    private LyingElasticsearch(EmulatorServer server) => Server = server;

    public EmulatorServer Server { get; }

    public Uri Uri => _proxy.Uri;

    /// <summary>Given the request's path and the answer, what is answered instead; <see langword="null"/> to leave it as it is.</summary>
    public Func<string, Answer, Answer?>? Lie { get; set; }

    public static async Task<LyingElasticsearch> StartAsync()
    {
        var lying = new LyingElasticsearch(await EmulatorServer.StartAsync(new EmulatorOptions(), GatewayFixture.Token));
        lying._proxy = await PlainServer.StartAsync(lying.AnswerAsync);
        return lying;
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await Server.DisposeAsync();
        _client.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        using var request = new HttpRequestMessage(
            new System.Net.Http.HttpMethod(context.Request.Method),
            new Uri(Server.Uri, context.Request.Path + context.Request.QueryString)
        );
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        using var response = await _client.SendAsync(request, context.RequestAborted);
        var answer = new Answer(
            (int)response.StatusCode,
            Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(context.RequestAborted))
        );
        answer = Lie?.Invoke($"{context.Request.Method} {context.Request.Path}", answer) ?? answer;
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.Type;
        context.Response.Headers["X-elastic-product"] = "Elasticsearch";
        if (context.Request.Method != "HEAD" && answer.Status is not (204 or 304))
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer.Body), context.RequestAborted);
        }
    }
}

/// <summary>An answer on its way.</summary>
internal sealed record Answer(int Status, string Body, string Type = "application/json");
