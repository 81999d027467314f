using System.Text;
using System.Text.Json.Nodes;

namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>An answer of the replay server.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Headers">Its headers, the content type included.</param>
/// <param name="Body">Its bytes.</param>
internal sealed record ReplayAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>JSON with status 200.</summary>
    public static ReplayAnswer Json(JsonNode? body, params (string Name, string Value)[] headers) => Json(200, body, headers);

    /// <summary>JSON with a status.</summary>
    public static ReplayAnswer Json(int status, JsonNode? body, params (string Name, string Value)[] headers) =>
        new(
            status,
            headers
                .Append(("content-type", "application/json"))
                .ToDictionary(header => header.Item1, header => header.Item2, StringComparer.OrdinalIgnoreCase),
            Encoding.UTF8.GetBytes(body?.ToJsonString() ?? string.Empty)
        );

    /// <summary>As it was recorded: a text that is not JSON is a content's bytes.</summary>
    public static ReplayAnswer Of(JsonObject response)
    {
        var headers = (response["headers"] as JsonObject ?? []).ToDictionary(
            header => header.Key,
            header => (string)header.Value!,
            StringComparer.OrdinalIgnoreCase
        );
        var body = response["body"];
        var isJson = headers.TryGetValue("content-type", out var type) && type.Contains("json", StringComparison.OrdinalIgnoreCase);
        return new ReplayAnswer(
            (int)response["status"]!,
            headers,
            Encoding.UTF8.GetBytes(
                body is null ? string.Empty
                : !isJson && body is JsonValue value && value.TryGetValue<string>(out var text) ? text
                : body.ToJsonString()
            )
        );
    }
}
