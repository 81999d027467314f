using Connectors.Sync.Api;
using Microsoft.AspNetCore.Http;

namespace Connectors.Emulator.Http;

/// <summary>From a request of ASP.NET to what <see cref="LocalRequest"/> judges; for every server of this machine.</summary>
internal static class LocalRequests
{
    /// <summary>What a request says about where it comes from.</summary>
    public static LocalRequest Of(HttpRequest request) =>
        new(
            request.Method,
            request.Scheme,
            request.Host.Value ?? string.Empty,
            request.Host.Host,
            request.Headers.Origin.ToArray(),
            request.Headers["Sec-Fetch-Site"].ToArray(),
            request.ContentType,
            request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0
        );

    /// <summary>Adds what every answer says to a browser, unless the answer says it otherwise.</summary>
    public static void Secure(HttpResponse response)
    {
        foreach (var (name, value) in LocalRequest.Headers)
        {
            response.Headers.TryAdd(name, value);
        }
    }
}
