using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Elasticsearch.Calls;
using Connectors.Sync.Elasticsearch.Indices;
using Microsoft.Extensions.Logging;
using static Connectors.Sync.Elasticsearch.Calls.ElasticsearchRequest;

namespace Connectors.Sync.Elasticsearch;

/// <summary>Single documents, for the connector protocol.</summary>
internal sealed class DocumentStore(ElasticsearchCalls calls, IConnectorApi? connectorApi, ILogger logger) : IDocumentStore
{
    // Connectors and jobs are small; most installations have fewer than this of either.
    private const int Page = 500;

    // Most are of a few KB; one with many rules or a long report may have a hundred.
    private const int MaxPageBytes = 64 * 1024 * 1024;

    public IConnectorApi? ConnectorApi { get; } = connectorApi;

    public async Task<StoredDocument?> GetAsync(string index, string id, CancellationToken cancellationToken)
    {
        using var response = await calls.SendAsync(Get(Path(index, "_doc", id), 404), cancellationToken);
        response.RequireMissing();
        if (!response.IsSuccess)
        {
            return null;
        }

        var found = response.Json();
        return response.Text(found, "_id") == id ? Stored(response, found) : throw response.NotUnderstood("it tells of another document");
    }

    public async IAsyncEnumerable<StoredDocument> SearchAsync(
        string index,
        JsonObject? query,
        string? sort,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // A search sees one state of the index: if everything fits into one page, no point in time is needed.
        var search = Search(query, sort);
        List<StoredDocument> found;
        using (var response = await calls.SendAsync(Searching($"{Escape(index)}/_search", search, 404), cancellationToken))
        {
            response.RequireMissing();
            found = response.Status == 404 ? [] : Hits(index, response, out _, out _);
        }

        if (found.Count < Page)
        {
            foreach (var document in found)
            {
                yield return document;
            }

            yield break;
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        await using var pointInTime = await PointInTime.OpenAsync(calls, logger, index, cancellationToken);
        while (pointInTime is not null && found.Count >= Page)
        {
            search["pit"] = new JsonObject { ["id"] = pointInTime.Id, ["keep_alive"] = PointInTime.KeepAlive };
            if (sort is null)
            {
                search["sort"] = new JsonArray("_shard_doc");
            }

            using (var response = await calls.SendAsync(Searching("_search", search), cancellationToken))
            {
                found = Hits(index, response, out var id, out var last);
                if (!found.TrueForAll(document => known.Add(document.Id)))
                {
                    throw response.NotUnderstood("it gives a document twice");
                }

                pointInTime.Id = id ?? pointInTime.Id;
                search["search_after"] = last?.DeepClone();
            }

            foreach (var document in found)
            {
                yield return document;
            }
        }
    }

    public async Task<IReadOnlyList<StoredDocument>> SearchLastAsync(
        string index,
        JsonObject? query,
        string sort,
        int count,
        CancellationToken cancellationToken
    )
    {
        var search = Search(query, sort, "desc");
        search["size"] = count;
        using var response = await calls.SendAsync(Searching($"{Escape(index)}/_search", search, 404), cancellationToken);
        response.RequireMissing();
        return response.Status == 404 ? [] : Hits(index, response, out _, out _);
    }

    public async Task<StoredDocument?> CreateAsync(string index, string? id, JsonObject source, CancellationToken cancellationToken)
    {
        var name = id ?? NewId.Next();
        using var response = await calls.SendAsync(Put(Path(index, "_create", name) + "?refresh=wait_for", source, 409), cancellationToken);
        if (response.IsSuccess)
        {
            return Written(name, source, Done(response));
        }

        var existing = response.Tries > 1 ? await GetAsync(index, name, cancellationToken) : null;
        return existing is not null && JsonNode.DeepEquals(existing.Source, source) ? existing : null;
    }

    public async Task<DocumentWrite> UpdateAsync(
        string index,
        string id,
        JsonObject partial,
        StoredDocument? expected,
        CancellationToken cancellationToken
    )
    {
        var condition = expected is null ? "?retry_on_conflict=5" : Condition(expected);
        using var response = await calls.SendAsync(
            Post(Path(index, "_update", id) + condition, new JsonObject { ["doc"] = partial.DeepClone() }, 404, 409),
            cancellationToken
        );
        return Outcome(response);
    }

    public async Task<DocumentWrite> DeleteAsync(string index, string id, StoredDocument? expected, CancellationToken cancellationToken)
    {
        var condition = expected is null ? string.Empty : Condition(expected);
        using var response = await calls.SendAsync(Delete(Path(index, "_doc", id) + condition, null, 404, 409), cancellationToken);
        return Outcome(response);
    }

    public async Task<bool> EnsureIndexAsync(string index, JsonObject definition, CancellationToken cancellationToken)
    {
        using (var found = await calls.SendAsync(Head(Escape(index), 404), cancellationToken))
        {
            if (found.IsSuccess)
            {
                return false;
            }
        }

        // Elastic Cloud Serverless refuses settings of shards and replicas: there the index is made without them.
        var bare = definition.DeepClone().AsObject();
        var hadSettings = bare.Remove("settings");
        foreach (var body in hadSettings ? (JsonObject[])[definition, bare] : [definition])
        {
            var create = Put(Escape(index), body, 400, 403);
            using var response = await calls.SendAsync(create, cancellationToken);
            if (response.IsSuccess)
            {
                return true;
            }

            if (response.Status == 403)
            {
                // Without the privilege to create it, wait for it: Elasticsearch creates it from its own template at the first write.
                ElasticsearchLog.IndexNotMade(logger, calls.Failures.Of(create, response).Message);
                return false;
            }

            if (response.Error()?.Type == "resource_already_exists_exception")
            {
                return response.Tries > 1;
            }

            if (body == bare || !hadSettings)
            {
                throw calls.Failures.Of(create, response);
            }
        }

        return false;
    }

    private static string Path(string index, string api, string id) => $"{Escape(index)}/{api}/{Escape(id)}";

    private static string Condition(StoredDocument expected) =>
        $"?if_seq_no={expected.SequenceNumber}&if_primary_term={expected.PrimaryTerm}";

    private static ElasticsearchRequest Searching(string path, JsonObject search, params int[] expected) =>
        Post(path, search, expected) with
        {
            MaxAnswerBytes = MaxPageBytes,
        };

    private static DocumentWrite Outcome(ElasticsearchResponse response)
    {
        response.RequireMissing();
        if (response.IsSuccess)
        {
            Done(response);
        }

        return response.Status switch
        {
            404 => DocumentWrite.Missing,
            409 => DocumentWrite.Conflict,
            _ => DocumentWrite.Done,
        };
    }

    /// <summary>The answer to a write, which says that something was done.</summary>
    private static JsonObject Done(ElasticsearchResponse response)
    {
        var json = response.Json();
        return response.Text(json, "result") is "created" or "updated" or "deleted" or "noop"
            ? json
            : throw response.NotUnderstood("it does not say what was done");
    }

    private static JsonObject Search(JsonObject? query, string? sort, string order = "asc")
    {
        var search = new JsonObject
        {
            ["size"] = Page,
            ["track_total_hits"] = false,
            ["seq_no_primary_term"] = true,
        };
        if (query is not null)
        {
            search["query"] = query.DeepClone();
        }

        if (sort is not null)
        {
            // Over a point in time Elasticsearch adds _shard_doc by itself, so that equal values are not left out.
            search["sort"] = new JsonArray(
                new JsonObject
                {
                    [sort] = new JsonObject
                    {
                        ["order"] = order,
                        ["missing"] = "_last",
                        ["unmapped_type"] = "date",
                    },
                }
            );
        }

        return search;
    }

    private List<StoredDocument> Hits(string index, ElasticsearchResponse response, out string? pointInTime, out JsonArray? last)
    {
        var json = response.Json();
        if (!response.IsWhole(json))
        {
            throw new ConnectorException(
                FailureKind.Retry,
                $"Elasticsearch at {calls.Failures.Host} could not search all shards of index '{index}'."
            );
        }

        pointInTime = json["pit_id"] is null ? null : response.Text(json, "pit_id");
        var hits = response.Hits(json);
        last = hits.Count == 0 ? null : hits[^1]["sort"] as JsonArray;
        return [.. hits.Select(hit => Stored(response, hit))];
    }

    private static StoredDocument Stored(ElasticsearchResponse response, JsonObject hit)
    {
        var source = response.Object(hit, "_source");
        hit.Remove("_source");
        return Written(response.Text(hit, "_id"), source, hit, isCopy: true);
    }

    private static StoredDocument Written(string id, JsonObject source, JsonObject response, bool isCopy = false) =>
        new(id, isCopy ? source : source.DeepClone().AsObject(), Place(response, "_seq_no"), Place(response, "_primary_term"));

    // A write on condition of a place that nothing has is refused: nothing is lost by one that can't be read.
    private static long Place(JsonObject response, string name) =>
        response[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number : -1;
}
