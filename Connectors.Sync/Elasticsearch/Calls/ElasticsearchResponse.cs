using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;

namespace Connectors.Sync.Elasticsearch.Calls;

/// <summary>The result of a call. Dispose it: its body is pooled memory.</summary>
internal sealed class ElasticsearchResponse : IDisposable
{
    /// <summary>In place of a status: the answer was refused, because it is larger than any answer to the call can be.</summary>
    public const int TooLarge = -1;

    private const int LongestReason = 400;

    // Elasticsearch writes no key twice; what it means is anybody's guess.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private readonly PooledBuffer? _body;

    /// <param name="status">HTTP status; 0 without a complete response.</param>
    /// <param name="body">The whole body, or <see langword="null"/> without one.</param>
    public ElasticsearchResponse(int status, PooledBuffer? body) => (Status, _body) = (status, body);

    /// <summary>HTTP status; 0 without a complete response.</summary>
    public int Status { get; }

    /// <summary>Why there is no response.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Whether the request timed out.</summary>
    public bool IsTimeout { get; init; }

    /// <summary>How long the server asked to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Where a redirect leads, as the server wrote it.</summary>
    public string? Location { get; init; }

    /// <summary>The header <c>X-elastic-product</c>.</summary>
    public string? Product { get; init; }

    /// <summary>The server's time when it answered, or <see langword="null"/> when it does not say.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>How often the request was sent: an earlier try may have been carried out although its response was lost.</summary>
    public int Tries { get; set; } = 1;

    /// <summary>Puts into a sentence what is wrong with the answer.</summary>
    public Func<string, ConnectorException>? Explain { get; init; }

    public bool IsSuccess => Status is >= 200 and < 300;

    public ReadOnlySpan<byte> Body => _body is null ? default : _body.WrittenSpan;

    public void Dispose() => _body?.Dispose();

    /// <summary>The body as an object.</summary>
    /// <exception cref="ConnectorException">It is none.</exception>
    public JsonObject Json() => TryJson() ?? throw NotUnderstood("it is no JSON object");

    /// <summary>Makes sure that a 404 is Elasticsearch's own and says that there is nothing, and not a page of something in
    /// between.</summary>
    /// <exception cref="ConnectorException">It isn't.</exception>
    public void RequireMissing()
    {
        if (
            Status == 404
            && (
                TryJson() is not { } json
                || (json["error"] is not (JsonObject or JsonValue) && json["found"] is not JsonValue && json["result"] is not JsonValue)
            )
        )
        {
            throw NotUnderstood("the status is 404, and it does not say what is missing");
        }
    }

    /// <summary>The error for an answer that is not what was asked for.</summary>
    /// <param name="detail">What is wrong with it, without anything that may be secret.</param>
    public ConnectorException NotUnderstood(string detail) =>
        Explain?.Invoke(detail) ?? new ConnectorException(FailureKind.Retry, $"An answer of Elasticsearch can't be understood: {detail}.");

    /// <summary>The error that the body tells of, or <see langword="null"/>.</summary>
    public BulkError? Error() =>
        TryJson()?["error"] switch
        {
            JsonObject error => new BulkError(Text(error["type"]) ?? "unknown", Cut(Reason(error))),
            JsonValue text => new BulkError("unknown", Cut(text.ToString())),
            _ => null,
        };

    public static string Cut(string reason) => reason.Length <= LongestReason ? reason : reason[..LongestReason] + "...";

    // "all shards failed" is useless: report the root cause.
    private static string Reason(JsonObject error)
    {
        var reason = Text(error["reason"]) ?? "no reason given";
        var root = error["root_cause"] is JsonArray { Count: > 0 } causes ? Text((causes[0] as JsonObject)?["reason"]) : null;
        var cause = Text((error["caused_by"] as JsonObject)?["reason"]);
        return root is not null && root != reason ? $"{reason}: {root}"
            : cause is not null ? $"{reason}: {cause}"
            : reason;
    }

    private JsonObject? TryJson()
    {
        try
        {
            return Body.IsEmpty ? null : JsonNode.Parse(Body, nodeOptions: null, Strict) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
