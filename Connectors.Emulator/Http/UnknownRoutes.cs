using Connectors.Sync.Api;
using Microsoft.AspNetCore.Http;

namespace Connectors.Emulator.Http;

/// <summary>Answers what no route takes, on the servers of this machine: 404, or 405 where another method would do, as problems
/// (RFC 9457).</summary>
internal static class UnknownRoutes
{
    /// <summary>Middleware that belongs before the routing.</summary>
    /// <param name="http">The request.</param>
    /// <param name="next">Routing, and all that follows it.</param>
    /// <param name="wayOut">A sentence that tells where to go instead.</param>
    public static async Task AnswerAsync(HttpContext http, RequestDelegate next, string wayOut)
    {
        await next(http);
        var response = http.Response;
        var isUnknown = response.StatusCode == StatusCodes.Status404NotFound && http.GetEndpoint() is null;

        // Routing answers this one by an endpoint of its own.
        var isOtherMethod = response.StatusCode == StatusCodes.Status405MethodNotAllowed;
        if (response.HasStarted || !(isUnknown || isOtherMethod))
        {
            return;
        }

        var problem = ApiResult.Problem(
            response.StatusCode,
            isUnknown ? "No such address" : "Wrong method",
            isUnknown
                ? $"There is nothing at {http.Request.Path}. {wayOut}"
                : $"{http.Request.Path} does not take {http.Request.Method}. It takes {response.Headers.Allow}."
        );
        response.ContentType = problem.ContentType;
        LocalRequests.Secure(response);
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.WriteAsync(problem.ToText(), http.RequestAborted);
        }
    }
}
