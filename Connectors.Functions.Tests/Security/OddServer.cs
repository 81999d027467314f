using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Servers;
using Connectors.Tests.Sync.Elasticsearch;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Connectors.Tests.Security;

/// <summary>Servers as no source wants them: none at all; one that sends back what it gets; one that refuses and repeats the request in its
/// answer; one with a certificate that nobody knows.</summary>
internal sealed class OddServer : IAsyncDisposable
{
    private static readonly Lazy<(X509Certificate2 Certificate, string Pem)> Trusted = new(Certificate);
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener? _echo;
    private PlainServer? _http;
    private Task _serving = Task.CompletedTask;

    private OddServer(int port, TcpListener? echo = null) => (Port, _echo) = (port, echo);

    /// <summary>Those that can fail a source: what speaks HTTP only can those that do, and with MySQL the server has to speak
    /// first.</summary>
    public static IReadOnlyList<string> KindsFor(string serviceType) =>
        serviceType switch
        {
            "dir" => ["closed"],
            "mysql" => ["closed", "echo"],
            "mongodb" or "mssql" or "postgresql" or "redis" => ["closed", "echo", "tls"],
            _ when MarkedConnectors.NeedsTls(serviceType) => ["closed", "echo", "refusing over TLS", "answering over TLS", "tls"],
            _ => ["closed", "echo", "refusing", "answering", "tls"],
        };

    /// <summary>The authority of those over TLS, as PEM. That of <c>tls</c> is another one.</summary>
    public static string Authority => Trusted.Value.Pem;

    /// <summary>How often something was asked over HTTP.</summary>
    public int Requests { get; private set; }

    public int Port { get; private set; }

    public static async Task<OddServer> StartAsync(string kind)
    {
        switch (kind)
        {
            case "closed":
                using (var free = new TcpListener(IPAddress.Loopback, 0))
                {
                    free.Start();
                    return new OddServer(((IPEndPoint)free.LocalEndpoint).Port);
                }

            case "echo":
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                var server = new OddServer(((IPEndPoint)listener.LocalEndpoint).Port, listener);
                server._serving = server.EchoAsync();
                return server;
            default:
                var odd = new OddServer(0);
                odd._http = await PlainServer.StartAsync(
                    context => odd.RepeatAsync(context, kind.StartsWith("answering", StringComparison.Ordinal) ? 200 : 401),
                    kind == "tls" ? Certificate().Certificate
                        : kind.EndsWith("over TLS", StringComparison.Ordinal) ? Trusted.Value.Certificate
                        : null
                );
                odd.Port = odd._http.Uri.Port;
                return odd;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _echo?.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await (_http?.DisposeAsync() ?? ValueTask.CompletedTask);
        _stop.Dispose();
    }

    private static (X509Certificate2 Certificate, string Pem) Certificate()
    {
        using var folder = new TemporaryFolder();
        var pem = TestCertificate.Write(folder.Path);
        return (X509Certificate2.CreateFromPemFile(Path.Combine(folder.Path, "server.crt"), Path.Combine(folder.Path, "server.key")), pem);
    }

    private async Task RepeatAsync(HttpContext context, int status)
    {
        Requests++;
        var request =
            $"{context.Request.Method} {context.Request.GetEncodedUrl()} "
            + $"{string.Join(' ', context.Request.Headers.Select(header => $"{header.Key}: {header.Value}"))}";
        context.Response.StatusCode = status;
        context.Response.Headers["X-Repeats"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(request));
        await context.Response.WriteAsync($"<html>{request}</html>");
    }

    private async Task EchoAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
            {
                open.Add(EchoAsync(await _echo!.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task EchoAsync(TcpClient client)
    {
        using (client)
        {
            var bytes = new byte[4096];
            var stream = client.GetStream();

            // A greeting that is none, for those who wait for one; then what comes, twice, and the end: nobody has to wait for more.
            await stream.WriteAsync(new byte[] { 1, 0, 0, 0, (byte)'?' }, _stop.Token);
            for (var times = 0; times < 2 && await stream.ReadAsync(bytes, _stop.Token) is > 0 and var read; times++)
            {
                await stream.WriteAsync(bytes.AsMemory(0, read), _stop.Token);
            }
        }
    }
}
