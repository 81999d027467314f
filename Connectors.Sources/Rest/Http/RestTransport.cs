using System.Net;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Http;

/// <summary>One try of a request: signed, redirects followed, the sign-in renewed once. Safe for concurrent use.</summary>
internal sealed class RestTransport(RestClientOptions options, HttpClient http, TimeProvider time)
{
    private const int MostRedirects = 5;

    /// <summary>Sends and reads the whole answer, whatever its status.</summary>
    /// <exception cref="ConnectorException">There is none.</exception>
    public Task<RestResponse> SendAsync(RestRequest request, Uri address, CancellationToken cancellationToken) =>
        InTimeAsync(
            address,
            async token =>
            {
                using var message = await AnswerAsync(request, address, token);
                return await ReadAsync(message, token);
            },
            cancellationToken
        );

    /// <summary>Sends, and opens the answer's content if it is one of success.</summary>
    /// <returns>The answer, without its body when <c>Content</c> has it.</returns>
    /// <exception cref="ConnectorException">There is none.</exception>
    public Task<(RestResponse Answer, Stream? Content)> OpenAsync(RestRequest request, Uri address, CancellationToken cancellationToken) =>
        InTimeAsync(
            address,
            async token =>
            {
                var message = await AnswerAsync(request, address, token);
                if (!message.IsSuccessStatusCode)
                {
                    using (message)
                    {
                        return (await ReadAsync(message, token), (Stream?)null);
                    }
                }

                // The stream keeps the message's connection; nothing else of it needs to be disposed.
                var content = await message.Content.ReadAsStreamAsync(token);
                return (new RestResponse(message.RequestMessage!.RequestUri!, message, new PooledBuffer(256)), content);
            },
            cancellationToken
        );

    private async Task<T> InTimeAsync<T>(Uri address, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = time.CreateTimer(_ => late.Cancel(), null, options.Timeout, Timeout.InfiniteTimeSpan);
        try
        {
            return await work(late.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw RestErrors.Explain(options, address, failure);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(RestRequest request, Uri address, CancellationToken cancellationToken)
    {
        var renewed = false;
        for (var redirects = 0; redirects <= MostRedirects;)
        {
            using var message = request.ToMessage(address);
            foreach (var (name, value) in options.Headers)
            {
                if (!message.Headers.Contains(name))
                {
                    message.Headers.TryAddWithoutValidation(name, value);
                }
            }

            // Whoever is led elsewhere goes there without the credentials.
            var isTrusted = IsTrusted(address);
            if (isTrusted)
            {
                await options.Signer.SignAsync(message, cancellationToken);
            }

            var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.Unauthorized && isTrusted && !renewed && options.Signer.Refused(message))
            {
                renewed = true;
                answer.Dispose();
                continue;
            }

            if (
                answer.StatusCode
                    is HttpStatusCode.MovedPermanently
                        or HttpStatusCode.Found
                        or HttpStatusCode.SeeOther
                        or HttpStatusCode.TemporaryRedirect
                        or HttpStatusCode.PermanentRedirect
                && answer.Headers.Location is { } location
            )
            {
                address = new Uri(address, location);
                answer.Dispose();
                redirects++;
                if ((options.StaysOnHost || message.Content is not null) && (address.UserInfo.Length > 0 || !IsTrusted(address)))
                {
                    throw RestErrors.OtherHost($"{options.Name} ({RestErrors.Name(options.Address)})", "redirects", address);
                }

                if (address.Scheme is not ("http" or "https"))
                {
                    break;
                }

                continue;
            }

            answer.RequestMessage = new HttpRequestMessage(message.Method, address);
            return answer;
        }

        throw new ConnectorException($"{options.Name} ({RestErrors.Name(address)}): redirects in a circle. Check {options.AddressField}.");
    }

    /// <summary>
    /// Whether the credentials are meant for an address: its host, port and scheme are the service's, or its host is one that the service
    /// named.
    /// </summary>
    private bool IsTrusted(Uri address) =>
        Uri.Compare(address, options.Address, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0
        || (
            address.Scheme == Uri.UriSchemeHttps
            && options.TrustedHosts.Any(host =>
                host.StartsWith('.')
                    ? address.Host.EndsWith(host, StringComparison.OrdinalIgnoreCase)
                    : address.Host.Equals(host, StringComparison.OrdinalIgnoreCase)
            )
        );

    private async Task<RestResponse> ReadAsync(HttpResponseMessage message, CancellationToken cancellationToken)
    {
        var body = new PooledBuffer(16 * 1024);
        try
        {
            await using var content = await message.Content.ReadAsStreamAsync(cancellationToken);
            while (await content.ReadAsync(body.GetMemory(16 * 1024), cancellationToken) is > 0 and var length)
            {
                body.Advance(length);
                if (body.Length > options.MaxResponseBytes)
                {
                    throw new ConnectorException(
                        $"{options.Name} ({RestErrors.Name(message.RequestMessage!.RequestUri!)}): "
                            + $"the answer is larger than {options.MaxResponseBytes / 1024 / 1024} MiB, which is more than is read into "
                            + $"memory.{options.LargeHint}"
                    );
                }
            }

            return new RestResponse(message.RequestMessage!.RequestUri!, message, body, options.ReadJson);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }
}
