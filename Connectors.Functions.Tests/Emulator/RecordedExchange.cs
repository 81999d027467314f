using System.Text;
using System.Text.Json.Nodes;

namespace Connectors.Tests.Emulator;

/// <summary>A request and the real server's answer (Recorded/elasticsearch-9.5.jsonl).</summary>
internal sealed record RecordedExchange(
    string Section,
    string Name,
    string Request,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    string? Body,
    int Status,
    JsonObject ResponseHeaders,
    JsonNode? Response
)
{
    public string Key => $"{Section} | {Name}";

    public string ContentType => Name == "gzip not needed, wrong content type" ? "text/plain" : "application/json";

    public static IReadOnlyList<RecordedExchange> ReadAll() =>
        [
            .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Recorded", "elasticsearch-9.5.jsonl"))
                .Select(line => Of(JsonNode.Parse(line)!.AsObject())),
        ];

    /// <summary>The body as it was sent: the recording shortens long ones, and holds no bytes that aren't UTF-8.</summary>
    /// <param name="ids">Ids that the real server made, and ours in their place.</param>
    public byte[]? BodyBytes(IReadOnlyDictionary<string, string> ids) =>
        Name switch
        {
            "keyword of 32,767 bytes" => Item("q", "k", new string('z', 32_767)),
            "text of 40,000 characters dynamic" => Item("q", "tx", string.Concat(Enumerable.Repeat("word ", 8_000))),
            "bulk refused whole: indexing pressure" or "document refused: indexing pressure" => Item("a", "t", new string('x', 3_000)),
            "body over http.max_content_length" => Item("0", "t", new string('x', 1_200_000)),
            "bad UTF-8" => [.. """{"index":{"_id":"m4"}}"""u8, (byte)'\n', .. "{\"s\":\""u8, 0xff, 0xfe, .. "\"}\n"u8],
            _ => Body is null ? null : Encoding.UTF8.GetBytes(Replace(Body, ids)),
        };

    public string Line(IReadOnlyDictionary<string, string> ids) => Replace(Request, ids);

    private static string Replace(string text, IReadOnlyDictionary<string, string> ids) =>
        ids.Aggregate(text, (replaced, id) => replaced.Replace(id.Key, id.Value, StringComparison.Ordinal));

    private static byte[] Item(string id, string field, string value) =>
        Encoding.UTF8.GetBytes($$$"""{"index":{"_id":"{{{id}}}"}}""" + "\n" + $$$"""{"{{{field}}}": "{{{value}}}"}""" + "\n");

    /// <summary>With a space after colons and commas, as the recorded requests were sent: error messages tell columns.</summary>
    private static string Spaced(string json)
    {
        var text = new StringBuilder();
        var isInString = false;
        for (var i = 0; i < json.Length; i++)
        {
            text.Append(json[i]);
            isInString ^= json[i] == '"' && json[i - 1] != '\\';
            if (!isInString && json[i] is ':' or ',')
            {
                text.Append(' ');
            }
        }

        return text.ToString();
    }

    private static RecordedExchange Of(JsonObject line) =>
        new(
            (string)line["section"]!,
            (string)line["name"]!,
            (string)line["request"]!,
            [.. (line["headers"] as JsonObject ?? []).Select(header => KeyValuePair.Create(header.Key, (string)header.Value!))],
            line["body"] is { } body
                ? body is JsonValue text && text.TryGetValue<string>(out var plain)
                    ? plain
                    : Spaced(body.ToJsonString())
                : null,
            (int)line["status"]!,
            (JsonObject)line["response_headers"]!,
            line["response"]
        );
}
