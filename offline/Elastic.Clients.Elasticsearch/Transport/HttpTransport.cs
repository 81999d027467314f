using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Elastic.Clients.Elasticsearch;

namespace Elastic.Transport;

/// <summary>Sends real HTTP: node after node, until one answers.</summary>
internal sealed class HttpTransport<TConfiguration> : ITransport<TConfiguration>
    where TConfiguration : class, ITransportConfiguration
{
    private const string DefaultContentType = "application/vnd.elasticsearch+json;compatible-with=9";
    private readonly TConfiguration _settings;
    private readonly TransportValues _values;
    private readonly HttpClient _client;

    public HttpTransport(TConfiguration settings)
    {
        _settings = settings;
        _values = settings is ElasticsearchClientSettings known
            ? known.Values
            : throw new ArgumentException("Only ElasticsearchClientSettings are known here.", nameof(settings));
        _client = _values.Client ??= CreateClient(_values);
    }

    public Task<TResponse> RequestAsync<TResponse>(
        in EndpointPath path,
        PostData? postData,
        Action<Activity>? configureActivity,
        IRequestConfiguration? localConfiguration,
        CancellationToken cancellationToken = default)
        where TResponse : TransportResponse, new() =>
        SendAsync<TResponse>(path, postData, localConfiguration as RequestConfiguration, cancellationToken);

    private async Task<TResponse> SendAsync<TResponse>(
        EndpointPath path, PostData? body, RequestConfiguration? local, CancellationToken cancellationToken)
        where TResponse : TransportResponse, new()
    {
        var started = TimeProvider.System.GetTimestamp();
        TResponse? response = null;
        try
        {
            foreach (var node in _values.NodePool.View(TimeProvider.System.GetUtcNow()))
            {
                // Like the original: no further node once nearly all of the time for the request is used up.
                if (response is not null
                    && (TimeProvider.System.GetElapsedTime(started) >= _values.RequestTimeout * 0.98 || cancellationToken.IsCancellationRequested))
                {
                    break;
                }

                (response as IDisposable)?.Dispose();
                response = await SendToAsync<TResponse>(node, path, body, local, cancellationToken);
                if (response.ApiCallDetails.IsAnswer)
                {
                    node.MarkAlive();
                    break;
                }

                if (_values.NodePool.Known.Count > 1)
                {
                    node.MarkDead(TimeProvider.System.GetUtcNow());
                }
            }
        }
        catch (Exception exception) when (exception is not TransportException)
        {
            (response as IDisposable)?.Dispose();
            throw new TransportException(exception.Message, exception);
        }

        return response!;
    }

    private async Task<TResponse> SendToAsync<TResponse>(
        Node node, EndpointPath path, PostData? body, RequestConfiguration? local, CancellationToken cancellationToken)
        where TResponse : TransportResponse, new()
    {
        using var request = new HttpRequestMessage(Method(path.Method), new Uri(node.Uri, path.PathAndQuery));
        var accept = local?.Accept ?? DefaultContentType;
        SetHeaders(request, node, accept);
        if (body is not null)
        {
            request.Content = await ContentAsync(body, local?.ContentType ?? DefaultContentType, cancellationToken);
        }

        HttpResponseMessage? answer = null;
        try
        {
            answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (Exception exception) when (exception is TaskCanceledException or HttpRequestException)
        {
            return new TResponse { ApiCallDetails = new ApiCallDetails { OriginalException = exception } };
        }

        var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        return Respond<TResponse>(path.Method, accept, answer, stream);
    }

    private TResponse Respond<TResponse>(HttpMethod method, string accept, HttpResponseMessage answer, Stream stream)
        where TResponse : TransportResponse, new()
    {
        var status = (int)answer.StatusCode;
        var contentType = answer.Content.Headers.ContentType?.ToString();
        var mayHaveBody = answer.Content.Headers.ContentLength != 0 && status != 204 && method != HttpMethod.HEAD;
        var expected = !mayHaveBody || IsExpected(accept, contentType);

        // A body of another type than the one asked for (a proxy's error page) is not handed out.
        TransportResponse response = mayHaveBody && expected && typeof(TResponse) == typeof(StreamResponse)
            ? new StreamResponse(stream)
            : new TResponse();
        response.ApiCallDetails = new ApiCallDetails
        {
            HttpStatusCode = status,
            HasSuccessfulStatusCode = status is >= 200 and < 300,
            HasExpectedContentType = expected,
            Headers = _values.ResponseHeaders
                .Where(name => answer.Headers.Contains(name))
                .ToDictionary(name => name, name => answer.Headers.GetValues(name)),
        };
        response.Linked = [stream, answer];
        if (response is not IDisposable)
        {
            stream.Dispose();
            answer.Dispose();
        }

        return (TResponse)response;
    }

    private static bool IsExpected(string accept, string? contentType) =>
        contentType is not null
        && (Bare(contentType).StartsWith(Bare(accept), StringComparison.OrdinalIgnoreCase)
            || (Bare(accept).StartsWith("application/vnd.elasticsearch+json", StringComparison.OrdinalIgnoreCase)
                && contentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)));

    private static string Bare(string type) => type.Replace(" ", string.Empty, StringComparison.Ordinal);

    private void SetHeaders(HttpRequestMessage request, Node node, string accept)
    {
        foreach (string name in _values.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, _values.Headers.GetValues(name)!);
        }

        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (_values.UserAgent is { } agent)
        {
            request.Headers.UserAgent.TryParseAdd(agent.ToString());
        }

        if (node.Uri.UserInfo.Length > 0)
        {
            var user = System.Text.Encoding.UTF8.GetBytes(Uri.UnescapeDataString(node.Uri.UserInfo));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(user));
        }
        else if (_values.Authentication is { } header && header.TryGetAuthorizationParameters(out var value))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(header.AuthScheme, value);
        }
    }

    // Like the original, the body is first written to pooled memory: that is where it is compressed, and what tells its length.
    private async Task<HttpContent> ContentAsync(PostData body, string contentType, CancellationToken cancellationToken)
    {
        var content = new PooledContent();
        if (_values.Compression)
        {
            await using var zip = new GZipStream(content.Stream, CompressionMode.Compress, leaveOpen: true);
            await body.WriteAsync(zip, _settings, disableDirectStreaming: false, cancellationToken);
        }
        else
        {
            await body.WriteAsync(content.Stream, _settings, disableDirectStreaming: false, cancellationToken);
        }

        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        if (_values.Compression)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        return content;
    }

    private static HttpClient CreateClient(TransportValues values)
    {
        var handler = new SocketsHttpHandler
        {
            AutomaticDecompression = values.Compression ? DecompressionMethods.GZip | DecompressionMethods.Deflate : DecompressionMethods.None,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = 80,
        };
        if (values.ValidateCertificate is { } validate)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) => validate(sender, certificate!, chain!, errors);
        }
        else if (values.Fingerprint is { } fingerprint)
        {
            var expected = fingerprint.Replace(":", string.Empty, StringComparison.Ordinal).Replace("-", string.Empty, StringComparison.Ordinal);
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
                (chain?.ChainElements.Any(element => Matches(element.Certificate, expected)) ?? false) || Matches(certificate, expected);
        }

        return new HttpClient(handler) { Timeout = values.RequestTimeout };
    }

    private static bool Matches(X509Certificate? certificate, string fingerprint) =>
        string.Equals(certificate?.GetCertHashString(HashAlgorithmName.SHA256), fingerprint, StringComparison.OrdinalIgnoreCase);

    private static System.Net.Http.HttpMethod Method(HttpMethod method) => method switch
    {
        HttpMethod.GET => System.Net.Http.HttpMethod.Get,
        HttpMethod.POST => System.Net.Http.HttpMethod.Post,
        HttpMethod.PUT => System.Net.Http.HttpMethod.Put,
        HttpMethod.DELETE => System.Net.Http.HttpMethod.Delete,
        _ => System.Net.Http.HttpMethod.Head,
    };
}
