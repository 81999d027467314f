using System.Text;
using Microsoft.AspNetCore.Http;

namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>What can come in the place of an answer.</summary>
internal enum ReplayFault
{
    /// <summary>401.</summary>
    Unauthorized,

    /// <summary>403.</summary>
    Forbidden,

    /// <summary>404.</summary>
    NotFound,

    /// <summary>429 with Retry-After in seconds.</summary>
    ThrottledForSeconds,

    /// <summary>429 with Retry-After as a date.</summary>
    ThrottledUntilDate,

    /// <summary>500.</summary>
    ServerError,

    /// <summary>The connection is closed before an answer.</summary>
    Cut,

    /// <summary>A page of HTML with status 200.</summary>
    Html,

    /// <summary>Half of a JSON text with status 200.</summary>
    HalfJson,
}

internal static class ReplayFaultExtensions
{
    /// <summary>Answers with the fault.</summary>
    public static Task WriteAsync(this ReplayFault fault, HttpContext context)
    {
        var response = context.Response;
        switch (fault)
        {
            case ReplayFault.Cut:
                context.Abort();
                return Task.CompletedTask;
            case ReplayFault.Html:
                response.ContentType = "text/html";
                return response.WriteAsync("<html>We will be back soon.</html>", context.RequestAborted);
            case ReplayFault.HalfJson:
                response.ContentType = "application/json";
                return response.WriteAsync("{\"result\": [{\"sys_id\": \"00", Encoding.UTF8, context.RequestAborted);
        }

        response.StatusCode = fault switch
        {
            ReplayFault.Unauthorized => 401,
            ReplayFault.Forbidden => 403,
            ReplayFault.NotFound => 404,
            ReplayFault.ServerError => 500,
            _ => 429,
        };
        if (fault == ReplayFault.ThrottledForSeconds)
        {
            response.Headers.RetryAfter = "5";
        }
        else if (fault == ReplayFault.ThrottledUntilDate)
        {
            response.Headers.RetryAfter = "Sat, 01 Jun 2024 12:00:30 GMT";
        }

        response.ContentType = "application/json";
        return response.WriteAsync("{\"error\": \"failed on demand\"}", context.RequestAborted);
    }
}
