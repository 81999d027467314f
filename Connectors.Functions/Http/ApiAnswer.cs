using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Connectors.Functions.Http;

/// <summary>Answers of the API: JSON, and problems as RFC 9457 has them.</summary>
internal static class ApiAnswer
{
    private static readonly JsonSerializerOptions Form = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>JSON.</summary>
    public static IActionResult Json(JsonNode body, int status = StatusCodes.Status200OK) => Content(body, status, "application/json");

    /// <summary>A problem.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="title">What kind of problem it is.</param>
    /// <param name="detail">What is wrong this time, and what to do.</param>
    /// <param name="more">Further members.</param>
    public static IActionResult Problem(int status, string title, string detail, params (string Name, JsonNode? Value)[] more)
    {
        var body = new JsonObject { ["title"] = title, ["status"] = status, ["detail"] = detail };
        foreach (var (name, value) in more)
        {
            body[name] = value;
        }

        return Content(body, status, "application/problem+json");
    }

    /// <summary>202 with the place to look for what was begun.</summary>
    public static IActionResult Accepted(HttpRequest request, string location, JsonNode body)
    {
        request.HttpContext.Response.Headers.Location = location;
        return Json(body, StatusCodes.Status202Accepted);
    }

    private static ContentResult Content(JsonNode body, int status, string type) => new() { Content = body.ToJsonString(Form), ContentType = type, StatusCode = status };
}
