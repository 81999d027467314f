using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Elasticsearch.Calls;

namespace Connectors.Sync.Elasticsearch.Indices;

/// <summary>
/// Keeps bulk requests from making an index again that vanished in mid-sync. A bulk request that names a missing index creates it, without our
/// mappings, and no parameter forbids that (<c>require_alias</c> refuses real indices). So the index is looked at before a request when that was not
/// done within <see cref="Interval"/>: one cheap call a second at most. In the second that is left an index may still come back; the engine compares
/// the uuid again before it deletes and completes.
/// </summary>
internal sealed class IndexWatch(ElasticsearchCalls calls, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    /// <summary>Takes the index as it is now for the right one.</summary>
    public void Remember(string index, string uuid) => _seen[index] = new Seen(uuid, time.GetTimestamp());

    /// <summary>The answer to give instead of sending a bulk request; <see langword="null"/> when it may be sent.</summary>
    public async Task<BulkAnswer?> CheckAsync(string index, CancellationToken cancellationToken)
    {
        if (_seen.TryGetValue(index, out var seen) && time.GetElapsedTime(seen.At) < Interval)
        {
            return null;
        }

        var request = ElasticsearchRequest.Get($"{ElasticsearchRequest.Escape(index)}/_settings?flat_settings=true");
        using var answer = await calls.SendOnceAsync(request, cancellationToken);
        if (answer.Status == 404)
        {
            return Judge(answer, () => { answer.RequireMissing(); return Gone(index, "does not exist any more"); });
        }

        if (!answer.IsSuccess)
        {
            return new BulkAnswer(answer.Status, [], new BulkError("unknown", calls.Failures.Of(request, answer).Message), answer.RetryAfter);
        }

        return Judge(answer, () =>
        {
            var uuid = answer.Text(answer.Object(answer.Json().FirstOrDefault().Value as JsonObject, "settings"), "index.uuid");
            if (seen is not null && seen.Uuid != uuid)
            {
                return Gone(index, "was deleted and made again");
            }

            Remember(index, uuid);
            return null;
        });
    }

    /// <summary>An answer that can't be understood is no answer: the index is asked for again with the next try.</summary>
    private static BulkAnswer? Judge(ElasticsearchAnswer answer, Func<BulkAnswer?> judge)
    {
        try
        {
            return judge();
        }
        catch (ConnectorException failure)
        {
            return new BulkAnswer(0, [], new BulkError("bad_answer", failure.Message), answer.RetryAfter);
        }
    }

    private static BulkAnswer Gone(string index, string what) => new(
        404, [], new BulkError("index_not_found_exception", $"Index '{index}' {what} since the sync began. Nothing more is written to it; the next sync fills it."));

    private sealed record Seen(string Uuid, long At);
}
