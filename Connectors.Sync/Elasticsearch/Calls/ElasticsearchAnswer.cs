using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Sync.Bulk;

namespace Connectors.Sync.Elasticsearch.Calls;

/// <summary>What came of a call. Dispose it: its body is pooled memory.</summary>
internal sealed class ElasticsearchAnswer : IDisposable
{
    private const int LongestReason = 400;
    private readonly PooledBuffer? _body;

    /// <param name="status">HTTP status; 0 when no whole answer came.</param>
    /// <param name="body">The whole body, or <see langword="null"/> without one.</param>
    public ElasticsearchAnswer(int status, PooledBuffer? body) => (Status, _body) = (status, body);

    /// <summary>HTTP status; 0 when no whole answer came.</summary>
    public int Status { get; }

    /// <summary>Why there is no answer.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Whether the time for the request was over.</summary>
    public bool IsTimeout { get; init; }

    /// <summary>How long the server asked to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The header <c>X-elastic-product</c>.</summary>
    public string? Product { get; init; }

    /// <summary>The server's time when it answered, or <see langword="null"/> when it does not say.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>How often the request was sent: an earlier try may have been carried out although its answer was lost.</summary>
    public int Tries { get; set; } = 1;

    public bool IsSuccess => Status is >= 200 and < 300;

    public ReadOnlySpan<byte> Body => _body is null ? default : _body.WrittenSpan;

    public void Dispose() => _body?.Dispose();

    /// <summary>The body as an object; an empty one when it isn't.</summary>
    public JsonObject Json()
    {
        try
        {
            return Body.IsEmpty ? [] : JsonNode.Parse(Body) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>The error that the body tells of, or <see langword="null"/>.</summary>
    public BulkError? Error() => Json()["error"] switch
    {
        JsonObject error => new BulkError(Text(error["type"]) ?? "unknown", Cut(Reason(error))),
        JsonValue text => new BulkError("unknown", Cut(text.ToString())),
        _ => null,
    };

    public static string Cut(string reason) => reason.Length <= LongestReason ? reason : reason[..LongestReason] + "...";

    // "all shards failed" helps nobody: the root cause does.
    private static string Reason(JsonObject error)
    {
        var reason = Text(error["reason"]) ?? "no reason given";
        var root = error["root_cause"] is JsonArray { Count: > 0 } causes ? Text(causes[0]?["reason"]) : null;
        var cause = Text(error["caused_by"]?["reason"]);
        return root is not null && root != reason ? $"{reason}: {root}" : cause is not null ? $"{reason}: {cause}" : reason;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
