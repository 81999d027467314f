using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using HttpMethod = Elastic.Transport.HttpMethod;

namespace Connectors.Sync.Elasticsearch.Calls;

/// <summary>One call.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path and query below the node's address, without a leading slash; its parts are escaped
/// (<see cref="Escape"/>).</param>
/// <param name="Body">The body, or <see langword="null"/>.</param>
/// <param name="IsBulk">Whether the body is NDJSON.</param>
/// <param name="Expected">Statuses outside 200 to 299 that are an answer to the caller and not a failure.</param>
internal sealed record ElasticsearchRequest(
    HttpMethod Method,
    string Path,
    ReadOnlyMemory<byte>? Body = null,
    bool IsBulk = false,
    params int[] Expected
)
{
    /// <summary>The most bytes that an answer may have; a larger one is not read to its end.</summary>
    public int MaxAnswerBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long it may take; <see langword="null"/> for <c>elasticsearch.request_timeout</c>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The call for a message: without the query.</summary>
    public string Name => $"{Method} /{Path.Split('?')[0]}";

    public static ElasticsearchRequest Get(string path, params int[] expected) => new(HttpMethod.GET, path, null, false, expected);

    public static ElasticsearchRequest Head(string path, params int[] expected) => new(HttpMethod.HEAD, path, null, false, expected);

    public static ElasticsearchRequest Put(string path, JsonObject body, params int[] expected) =>
        new(HttpMethod.PUT, path, Bytes(body), false, expected);

    public static ElasticsearchRequest Post(string path, JsonObject? body, params int[] expected) =>
        new(HttpMethod.POST, path, body is null ? null : Bytes(body), false, expected);

    public static ElasticsearchRequest Delete(string path, JsonObject? body, params int[] expected) =>
        new(HttpMethod.DELETE, path, body is null ? null : Bytes(body), false, expected);

    /// <summary>Makes an index name or id safe as a part of a path.</summary>
    /// <exception cref="ConnectorException">It can't be one: an address would be another without it, or with what is before it taken
    /// away.</exception>
    public static string Escape(string part) =>
        part is "" or "." or ".."
            ? throw new ConnectorException($"'{part}' can't be the name of anything in Elasticsearch. Give it another name.")
            : Uri.EscapeDataString(part);

    private static ReadOnlyMemory<byte> Bytes(JsonObject body) => Encoding.UTF8.GetBytes(body.ToJsonString());
}
