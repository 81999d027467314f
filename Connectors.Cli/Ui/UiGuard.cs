using System.Net;
using Connectors.Sync.Api;
using Microsoft.AspNetCore.Http;

namespace Connectors.Cli.Ui;

/// <summary>
/// Keeps other web pages away. Any page that the browser has open can send requests to a port of this machine; what it can't do is to name this page as where they come
/// from, or, with a name of its own that leads to this machine, to have this machine's name in the Host header.
/// </summary>
internal static class UiGuard
{
    /// <summary>Judges a request.</summary>
    /// <returns>What is answered instead, or <see langword="null"/> when it may come in.</returns>
    public static ApiResult? Refusal(HttpRequest request)
    {
        if (!IsThisMachine(request.Host))
        {
            return ApiResult.Problem(
                StatusCodes.Status421MisdirectedRequest,
                "Not this host",
                "The status page answers to 127.0.0.1, localhost and [::1] only. An SSH tunnel has to end at one of them.");
        }

        return HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || IsOwn(request)
            ? null
            : ApiResult.Problem(StatusCodes.Status403Forbidden, "Not from this page", "The request comes from another web page. Open the status page itself.");
    }

    private static bool IsThisMachine(HostString host)
    {
        var name = host.Host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(name.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }

    // Browsers say where a request comes from in one header or in both. A request with neither is not a browser's, and somebody's who is on this machine.
    private static bool IsOwn(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"];
        var origin = request.Headers.Origin;
        return (site.Count == 0 || site is ["same-origin"]) && (origin.Count == 0 || (origin.Count == 1 && origin[0] == $"{request.Scheme}://{request.Host}"));
    }
}
