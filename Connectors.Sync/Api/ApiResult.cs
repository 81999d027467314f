using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Connectors.Sync.Api;

/// <summary>An HTTP API response, independent of the host that sends it.</summary>
/// <param name="Status">The HTTP status. From 400 on the body is a problem (RFC 9457).</param>
/// <param name="Body">The JSON.</param>
/// <param name="Location">Address of the resource that was created (the <c>Location</c> header), or <see langword="null"/>.</param>
internal sealed record ApiResult(int Status, JsonNode Body, string? Location = null)
{
    private static readonly JsonSerializerOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The media type of <see cref="Body"/>.</summary>
    public string ContentType { get; private init; } = "application/json";

    /// <summary>A problem.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="title">What kind of problem it is.</param>
    /// <param name="detail">What is wrong in this case, and what to do about it.</param>
    /// <param name="more">Additional members.</param>
    public static ApiResult Problem(int status, string title, string detail, params ReadOnlySpan<(string Name, JsonNode? Value)> more)
    {
        var body = new JsonObject
        {
            ["title"] = title,
            ["status"] = status,
            ["detail"] = detail,
        };
        foreach (var (name, value) in more)
        {
            body[name] = value;
        }

        return new ApiResult(status, body) { ContentType = "application/problem+json" };
    }

    /// <summary>The body as text.</summary>
    public string ToText() => Body.ToJsonString(Form);
}
