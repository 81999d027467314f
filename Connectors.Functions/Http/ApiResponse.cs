using System.Text.Json.Nodes;
using Connectors.Sync.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Connectors.Functions.Http;

/// <summary>HTTP responses: JSON, and problems as in RFC 9457.</summary>
internal static class ApiResponse
{
    /// <summary>JSON.</summary>
    public static IActionResult Json(JsonNode body, int status = StatusCodes.Status200OK) => Of(new ApiResult(status, body));

    /// <summary>An answer as both hosts give it.</summary>
    public static IActionResult Of(HttpRequest request, ApiResult result)
    {
        if (result.Location is not null)
        {
            request.HttpContext.Response.Headers.Location = result.Location;
        }

        return Of(result);
    }

    /// <summary>An answer that leads nowhere else.</summary>
    public static IActionResult Of(ApiResult result) =>
        new ContentResult
        {
            Content = result.ToText(),
            ContentType = result.ContentType,
            StatusCode = result.Status,
        };

    /// <summary>A problem.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="title">What kind of problem it is.</param>
    /// <param name="detail">What is wrong this time, and what to do.</param>
    /// <param name="more">Further members.</param>
    public static IActionResult Problem(int status, string title, string detail, params (string Name, JsonNode? Value)[] more) =>
        Of(ApiResult.Problem(status, title, detail, more));
}
