using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json.Nodes;

namespace Connectors.Tests.Security;

/// <summary>Takes the place of the network, wherever a source sends its requests: every answer repeats the request with all its
/// headers.</summary>
internal sealed class OddHandler(string kind) : HttpMessageHandler
{
    private int _requests;

    /// <summary>How it can fail.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    ["refusing", "closed", "broken", "html", "errors", "redirecting", "unreachable", "untrusted"];

    /// <summary>How often something was asked.</summary>
    public int Requests => _requests;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests);
        var body = request.Content is null ? string.Empty : await request.Content.ReadAsStringAsync(cancellationToken);
        var repeated = $"{request.Method} {request.RequestUri} {request.Headers.ToString().ReplaceLineEndings(" ")} {body}";
        return kind switch
        {
            "unreachable" => throw new HttpRequestException(
                HttpRequestError.ConnectionError,
                $"Connection refused ({repeated})",
                new SocketException((int)SocketError.ConnectionRefused)
            ),
            "untrusted" => throw new HttpRequestException(
                HttpRequestError.SecureConnectionError,
                "The SSL connection could not be established, see inner exception.",
                new AuthenticationException($"The remote certificate is invalid ({repeated})")
            ),
            "refusing" => Json(HttpStatusCode.Unauthorized, Errors(repeated)),
            "closed" => Json(HttpStatusCode.Forbidden, Errors(repeated)),
            "broken" => Json(HttpStatusCode.InternalServerError, Errors(repeated)),
            "errors" => Json(HttpStatusCode.OK, Errors(repeated)),
            "redirecting" => new HttpResponseMessage(HttpStatusCode.Found)
            {
                Headers = { Location = new Uri($"https://elsewhere.example/?token={Uri.EscapeDataString(repeated)}") },
            },
            _ => new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent($"<html>{repeated}</html>", Encoding.UTF8, "text/html"),
            },
        };
    }

    private static HttpResponseMessage Json(HttpStatusCode status, JsonObject body) =>
        new(status) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };

    // Wherever a service may say what went wrong.
    private static JsonObject Errors(string text) =>
        new()
        {
            ["error"] = text,
            ["error_description"] = text,
            ["errorMessages"] = new JsonArray(text),
            ["errors"] = new JsonArray(new JsonObject { ["message"] = text }),
            ["message"] = text,
        };
}
