using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.HttpJson;

/// <summary>
/// Gets JSON from one host (<see cref="GuardedConnection"/>). Redirects and next pages stay on the host: the headers are meant for it
/// alone.
/// </summary>
internal sealed class HttpJsonClient : IDisposable
{
    private const int MostRedirects = 5;
    private readonly HttpJsonConfiguration _configuration;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;

    public HttpJsonClient(HttpJsonConfiguration configuration, TimeProvider clock)
    {
        (_configuration, _clock) = (configuration, clock);

        var handler = GuardedConnection.CreateHandler("url", configuration.AllowedHosts);
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Gets a page. The caller disposes its document.</summary>
    /// <exception cref="ConnectorException">There is none.</exception>
    public async Task<HttpJsonPage> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = _clock.CreateTimer(_ => late.Cancel(), null, _configuration.Timeout, Timeout.InfiniteTimeSpan);
        try
        {
            for (var redirects = 0; redirects <= MostRedirects; redirects++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.TryAddWithoutValidation("Accept", "application/json");
                foreach (var (name, value) in _configuration.Headers)
                {
                    request.Headers.TryAddWithoutValidation(name, value.Reveal());
                }

                using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late.Token);
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
                    address = Stay(new Uri(address, location), "redirects");
                    continue;
                }

                if (!answer.IsSuccessStatusCode)
                {
                    throw HttpJsonErrors.FromStatus(Name(address), answer, _clock);
                }

                return new HttpJsonPage(
                    address,
                    await ParseAsync(address, answer, late.Token),
                    [.. answer.Headers.TryGetValues("Link", out var links) ? links : []]
                );
            }

            throw new ConnectorException($"{Name(address)}: redirects in a circle. Correct the field url.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw HttpJsonErrors.Explain(Name(address), failure);
        }
    }

    /// <summary>The address, if it is on the configured host.</summary>
    /// <exception cref="ConnectorException">It is not.</exception>
    public Uri Stay(Uri address, string how) =>
        Uri.Compare(address, _configuration.Url, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase)
            == 0
        && address.UserInfo.Length == 0
            ? address
            : throw new ConnectorException(
                $"{Name(_configuration.Url)}: {how} to {address.Scheme}://{address.Authority}, another host, which is not followed. "
                    + "Correct the field url."
            );

    /// <summary>An address without its query, for messages.</summary>
    private static string Name(Uri address) => address.GetLeftPart(UriPartial.Path);

    private async Task<JsonDocument> ParseAsync(Uri address, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new PooledBuffer(64 * 1024);
        while (await content.ReadAsync(body.GetMemory(16 * 1024), cancellationToken) is > 0 and var length)
        {
            body.Advance(length);
            if (body.Length > _configuration.MaxResponseBytes)
            {
                throw new ConnectorException(
                    $"{Name(address)}: the answer is larger than {_configuration.MaxResponseBytes / 1024 / 1024} MiB. Ask for smaller "
                        + "pages, or raise max_response_mb."
                );
            }
        }

        return HttpJsonBody.Parse(
            Name(address),
            body.WrittenSpan,
            answer.Content.Headers.TryGetValues("Content-Type", out var types) ? string.Join(',', types) : null
        );
    }
}
