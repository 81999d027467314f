using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Connectors.Emulator.Http;

/// <summary>Reading the small JSON of requests, with Elasticsearch's errors.</summary>
internal static class Json
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 1000, AllowDuplicateProperties = false };

    /// <summary>A request body that must be an object; an empty body is an empty object.</summary>
    public static JsonObject Body(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return [];
        }

        try
        {
            return JsonNode.Parse(body, null, Options) as JsonObject
                ?? throw new ElasticError(400, "parsing_exception", "Expected [START_OBJECT] but found another value").Thrown();
        }
        catch (JsonException exception)
        {
            throw SyntaxError(body, exception).Thrown();
        }
    }

    /// <summary>The parser's error for bytes that are no JSON.</summary>
    public static ElasticError SyntaxError(ReadOnlySpan<byte> json, JsonException exception)
    {
        if (EndsTooEarly(json))
        {
            var end = $"[1:{json.Length + 1}]";
            return new ElasticError(
                400,
                "x_content_e_o_f_exception",
                $"{end} Unexpected end of file",
                new ElasticError(
                    400,
                    "json_e_o_f_exception",
                    $"Unexpected end-of-input within/between Object entries\n at [Source: (byte[])\"{Shown(json)}\"; line: 1, column: "
                        + $"{json.Length + 1}]"
                )
            );
        }

        var line = (exception.LineNumber ?? 0) + 1;
        var column = (exception.BytePositionInLine ?? 0) + 1;
        var reason =
            $"{exception.Message.Split(" LineNumber:")[0]}\n at [Source: (byte[])\"{Shown(json)}\"; line: {line}, column: {column}]";
        return new ElasticError(
            400,
            "x_content_parse_exception",
            $"[{line}:{column}] {reason}",
            new ElasticError(400, "json_parse_exception", reason)
        );
    }

    public static JsonObject Object(JsonNode? node, string what) =>
        node as JsonObject ?? throw new ElasticError(400, "parsing_exception", $"Expected an object: {what}").Thrown();

    /// <summary>A string, number or boolean as text; null for anything else.</summary>
    public static string? Text(JsonNode? node) =>
        node is JsonValue value
            ? value.GetValueKind() switch
            {
                JsonValueKind.String => value.GetValue<string>(),
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => value.ToJsonString(),
            }
            : null;

    public static int Whole(JsonNode? node) =>
        int.TryParse(Text(node), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ElasticErrors.IllegalArgument($"For input string: \"{Text(node)}\"").Thrown();

    public static bool Flag(JsonNode? node, bool otherwise = false) =>
        Text(node) switch
        {
            null => otherwise,
            "true" => true,
            "false" => false,
            var other => throw ElasticErrors
                .IllegalArgument($"Failed to parse value [{other}] as only [true] or [false] are allowed.")
                .Thrown(),
        };

    /// <summary>True when the bytes are the beginning of valid JSON and no more.</summary>
    private static bool EndsTooEarly(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 1000 }));
            while (reader.Read()) { }

            return reader.CurrentDepth > 0 || reader.BytesConsumed < json.Length;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Shown(ReadOnlySpan<byte> json) => Encoding.UTF8.GetString(json[..Math.Min(json.Length, 500)]);
}
