using System.Collections.Specialized;
using System.Runtime.InteropServices;
using Connectors.Abstractions;
using Connectors.Sync.Configuration;
using Elastic.Clients.Elasticsearch;
using Elastic.Transport;

namespace Connectors.Sync.Elasticsearch.Calls;

/// <summary>Converts our options to the official client's settings.</summary>
internal static class ElasticsearchClientFactory
{
    /// <summary>Names the product that answered: Elasticsearch sends it since 7.14.</summary>
    public const string ProductHeader = "X-elastic-product";

    public const string RetryAfterHeader = "Retry-After";

    public const string DateHeader = "Date";

    public const string LocationHeader = "Location";

    /// <exception cref="ConnectorException">A setting can't be used.</exception>
    public static ElasticsearchClientSettings Settings(ElasticsearchOptions options, ServerTrust trust)
    {
        if (options.Hosts.Count == 0 || options.Hosts.Any(host => host.Scheme != options.Hosts[0].Scheme))
        {
            throw new ConnectorException(
                "elasticsearch.host: at least one host is needed, and all must have the same scheme, http or https."
            );
        }

        NodePool nodes = options.Hosts.Count == 1 ? new SingleNodePool(options.Hosts[0]) : new StaticNodePool(options.Hosts);

        // Bodies are sent as they are: compressing them costs more time than it saves on any network that is near its Elasticsearch. Pings
        // double the number of calls: the call itself detects a node that is down.
        var settings = new ElasticsearchClientSettings(nodes, new HttpRequestInvoker(WithoutRedirects))
            .EnableHttpCompression(false)
            .MemoryStreamFactory(new BodyStream.Factory())
            .DisablePing()
            .DisableAuditTrail()
            .RequestTimeout(options.RequestTimeout)
            .GlobalHeaders(Headers(options))
            .ResponseHeadersToParse(new HeadersList([ProductHeader, RetryAfterHeader, DateHeader, LocationHeader]))
            .UserAgent(UserAgent.Create($"connectors/{Version} (.NET {Environment.Version}; {RuntimeInformation.OSArchitecture})"));
        if (options.ApiKey is { } key)
        {
            settings.Authentication(new ApiKey(key.Reveal()));
        }
        else if (options.Username is { } user)
        {
            settings.Authentication(new BasicAuthentication(user, options.Password?.Reveal() ?? string.Empty));
        }

        settings.ServerCertificateValidationCallback(trust.IsTrusted);
        return settings;
    }

    private static string Version => typeof(ElasticsearchClientFactory).Assembly.GetName().Version?.ToString(3) ?? "0";

    private static NameValueCollection Headers(ElasticsearchOptions options)
    {
        // The connector indices are becoming system indices; this header says that a connector service is at work.
        var headers = new NameValueCollection { ["X-elastic-product-origin"] = "connectors" };
        foreach (var (name, value) in options.Headers)
        {
            headers[name] = value.Reveal();
        }

        return headers;
    }

    /// <summary>The transport follows redirects by itself, with the body and our headers: to wherever the answer says.</summary>
    private static HttpMessageHandler WithoutRedirects(HttpMessageHandler handler, BoundConfiguration configuration)
    {
        switch (handler)
        {
            case HttpClientHandler client:
                client.AllowAutoRedirect = false;
                break;
            case SocketsHttpHandler sockets:
                sockets.AllowAutoRedirect = false;
                break;
            default:
                throw new InvalidOperationException("The transport has another kind of handler, which may follow redirects.");
        }

        return handler;
    }
}
