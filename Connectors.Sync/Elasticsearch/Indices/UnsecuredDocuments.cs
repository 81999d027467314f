using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Elasticsearch.Calls;
using Connectors.Sync.Engine;
using static Connectors.Sync.Elasticsearch.Calls.ElasticsearchRequest;

namespace Connectors.Sync.Elasticsearch.Indices;

/// <summary>
/// Finds the documents of an index that have no access list, and restricts them to no one. Uses partial updates, which need no privilege
/// for scripts and run no ingest pipeline. Each is conditional, so a list that is written in the meantime stays.
/// </summary>
internal sealed class UnsecuredDocuments(ElasticsearchCalls calls, IContentIndex index, TimeProvider time)
{
    private const string Found = "timed_out,_shards.failed,hits.hits._id,hits.hits._seq_no,hits.hits._primary_term";
    private const int Page = 5_000;
    private const int Batch = 1_000;
    private const int MaxIdleRounds = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The number of such documents, as of the last refresh.</summary>
    public async Task<long> CountAsync(string name, CancellationToken cancellationToken)
    {
        using var response = await calls.SendAsync(
            Post($"{Escape(name)}/_count", new JsonObject { ["query"] = Query() }),
            cancellationToken
        );
        var json = response.Json();
        return response.IsWhole(json) ? response.Count(json, "count") : throw Unsearched(name);
    }

    /// <summary>Restricts about <paramref name="atMost"/> of them.</summary>
    /// <exception cref="ConnectorException">One could not be restricted.</exception>
    public async Task RestrictAsync(string name, long atMost, CancellationToken cancellationToken)
    {
        var idle = 0;
        for (var closed = 0L; closed < atMost;)
        {
            await index.RefreshAsync(name, cancellationToken);
            var found = await FindAsync(name, cancellationToken);
            if (found.Count == 0)
            {
                return;
            }

            var (now, busy) = (0L, "they changed in the meantime");
            foreach (var batch in found.Chunk(Batch))
            {
                var response = await index.BulkAsync(name, null, Body(batch), batch.Length, timeout: null, cancellationToken);
                now += Judge(name, batch, response, ref busy);
            }

            closed += now;
            idle = now == 0 ? idle + 1 : 0;
            if (idle == MaxIdleRounds)
            {
                throw new ConnectorException(
                    FailureKind.Retry,
                    $"Documents of index '{name}' without an access list could not be restricted: {busy}"
                );
            }

            if (idle > 0)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }

        await index.RefreshAsync(name, cancellationToken);
    }

    private static JsonObject Query() =>
        new()
        {
            ["bool"] = new JsonObject
            {
                ["must_not"] = new JsonObject { ["exists"] = new JsonObject { ["field"] = AccessControl.FieldName } },
            },
        };

    private static ConnectorException Unsearched(string name) =>
        new(FailureKind.Retry, $"Not all shards of index '{name}' could be searched for documents without an access list.");

    private static ReadOnlyMemory<byte> Body(JsonObject[] hits)
    {
        var lines = new MemoryStream();
        var update = new JsonObject
        {
            ["doc"] = new JsonObject { [AccessControl.FieldName] = new JsonArray(AccessControl.Nobody), ["_digest"] = null },
        };
        foreach (var hit in hits)
        {
            var action = new JsonObject
            {
                ["_id"] = hit["_id"]!.DeepClone(),
                ["if_seq_no"] = hit["_seq_no"]?.DeepClone(),
                ["if_primary_term"] = hit["_primary_term"]?.DeepClone(),
            };
            JsonSerializer.Serialize(lines, new JsonObject { ["update"] = action });
            lines.WriteByte((byte)'\n');
            JsonSerializer.Serialize(lines, update);
            lines.WriteByte((byte)'\n');
        }

        return lines.ToArray();
    }

    /// <summary>
    /// The number of restricted documents. A document that is gone or was written in the meantime is checked again in the next round.
    /// </summary>
    private static long Judge(string name, JsonObject[] hits, BulkResponse response, ref string busy)
    {
        if (response.Status != 200)
        {
            busy = response.Error?.Reason ?? "no reason given";
            return response.Status is 0 or 429 or >= 500
                ? 0
                : throw new ConnectorException($"Documents of index '{name}' without an access list could not be restricted: {busy}");
        }

        var closed = 0L;
        for (var i = 0; i < hits.Length; i++)
        {
            var item = response.Items[i];
            switch (item.Status)
            {
                case >= 200 and < 300:
                    closed++;
                    break;
                case 404 or 409:
                    break;
                case 429 or >= 500:
                    busy = item.Error?.Reason ?? busy;
                    break;
                default:
                    throw new ConnectorException(
                        $"Document '{hits[i]["_id"]}' of index '{name}' has no access list and could not be restricted: "
                            + $"{item.Error?.Reason} Delete it, then sync again."
                    );
            }
        }

        return closed;
    }

    private async Task<List<JsonObject>> FindAsync(string name, CancellationToken cancellationToken)
    {
        var search = new JsonObject
        {
            ["size"] = Page,
            ["track_total_hits"] = false,
            ["_source"] = false,
            ["seq_no_primary_term"] = true,
            ["sort"] = new JsonArray("_doc"),
            ["query"] = Query(),
        };
        using var response = await calls.SendAsync(Post($"{Escape(name)}/_search?filter_path={Found}", search), cancellationToken);
        var json = response.Json();
        return response.IsWhole(json) ? [.. response.Hits(json, mayLack: true)] : throw Unsearched(name);
    }
}
