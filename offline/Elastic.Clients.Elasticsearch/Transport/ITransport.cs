using System.Diagnostics;

namespace Elastic.Transport;

public interface ITransport
{
    Task<TResponse> RequestAsync<TResponse>(
        in EndpointPath path,
        PostData? postData,
        Action<Activity>? configureActivity,
        IRequestConfiguration? localConfiguration,
        CancellationToken cancellationToken = default)
        where TResponse : TransportResponse, new();
}

public interface ITransport<out TConfiguration> : ITransport
    where TConfiguration : class, ITransportConfiguration;

public static class TransportExtensions
{
    public static Task<TResponse> RequestAsync<TResponse>(
        this ITransport transport,
        HttpMethod method,
        string path,
        PostData? postData,
        IRequestConfiguration localConfiguration,
        CancellationToken cancellationToken = default)
        where TResponse : TransportResponse, new()
    {
        ArgumentNullException.ThrowIfNull(transport);
        return transport.RequestAsync<TResponse>(new EndpointPath(method, path), postData, null, localConfiguration, cancellationToken);
    }
}

public readonly record struct EndpointPath(HttpMethod Method, string PathAndQuery);

public enum HttpMethod
{
    GET,
    POST,
    PUT,
    DELETE,
    HEAD,
}
