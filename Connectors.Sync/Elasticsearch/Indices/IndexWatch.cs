using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Elasticsearch.Calls;

namespace Connectors.Sync.Elasticsearch.Indices;

/// <summary>
/// Keeps bulk requests from recreating an index that was deleted during a sync. A bulk request creates a missing index without our
/// mappings, and no parameter prevents that (<c>require_alias</c> rejects real indices). So the index is checked before a request unless it
/// was checked within <see cref="Interval"/>: at most one cheap call a second. An index may be recreated within that second; the engine
/// compares the uuid again before it deletes and completes.
/// </summary>
internal sealed class IndexWatch(ElasticsearchCalls calls, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    /// <summary>Takes the current index as the right one.</summary>
    public void Remember(string index, string uuid) => _seen[index] = new Seen(uuid, time.GetTimestamp());

    /// <summary>The response to use instead of sending a bulk request; <see langword="null"/> when it may be sent.</summary>
    public async Task<BulkResponse?> CheckAsync(string index, CancellationToken cancellationToken)
    {
        if (_seen.TryGetValue(index, out var seen) && time.GetElapsedTime(seen.At) < Interval)
        {
            return null;
        }

        var request = ElasticsearchRequest.Get($"{ElasticsearchRequest.Escape(index)}/_settings?flat_settings=true");
        using var response = await calls.SendOnceAsync(request, cancellationToken);
        if (response.Status == 404)
        {
            return Judge(response, () =>
            {
                response.RequireMissing();
                return Gone(index, "does not exist any more");
            });
        }

        if (!response.IsSuccess)
        {
            return new BulkResponse(
                response.Status,
                [],
                new BulkError(
                    response.Status == 0 ? BulkError.NoAnswer : response.Error()?.Type ?? "unknown",
                    calls.Failures.Of(request, response).Message
                ),
                response.RetryAfter
            );
        }

        return Judge(response, () =>
        {
            var uuid = response.Text(response.Object(response.Json().FirstOrDefault().Value as JsonObject, "settings"), "index.uuid");
            if (seen is not null && seen.Uuid != uuid)
            {
                return Gone(index, "was deleted and recreated");
            }

            Remember(index, uuid);
            return null;
        });
    }

    /// <summary>An answer that can't be understood is no answer: the index is asked for again with the next try.</summary>
    private static BulkResponse? Judge(ElasticsearchResponse response, Func<BulkResponse?> judge)
    {
        try
        {
            return judge();
        }
        catch (ConnectorException failure)
        {
            return new BulkResponse(0, [], new BulkError("bad_answer", failure.Message), response.RetryAfter);
        }
    }

    private static BulkResponse Gone(string index, string what) =>
        new(
            404,
            [],
            new BulkError(
                "index_not_found_exception",
                $"Index '{index}' {what} since the sync began. The sync writes nothing more to it; the next sync fills it."
            )
        );

    private sealed record Seen(string Uuid, long At);
}
