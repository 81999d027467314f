namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>Leads requests to all hosts to one server, which sees the host that was meant.</summary>
internal sealed class ReplayHandler(Uri server)
    : DelegatingHandler(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
        }
    )
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var meant = request.RequestUri!;
        request.Headers.Host = meant.Authority;
        request.RequestUri = new UriBuilder(meant)
        {
            Scheme = server.Scheme,
            Host = server.Host,
            Port = server.Port,
        }.Uri;
        return base.SendAsync(request, cancellationToken);
    }
}
