using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;
using Connectors.Emulator.Search.Hits;

namespace Connectors.Emulator.Search;

/// <summary>Searching, counting, points in time, deleting by query.</summary>
internal sealed class SearchRoutes(Cluster cluster, TimeProvider time) : IRoutes
{
    private const string Lookup = "ignore_unavailable,allow_no_indices,expand_wildcards,ignore_throttled,preference,routing";
    private const string Words = ",q,df,default_operator";
    private const string Searching =
        Lookup
        + Words
        + ",size,from,sort,track_total_hits,_source,_source_includes,_source_excludes,seq_no_primary_term,version,"
        + "request_cache,search_type,allow_partial_search_results,batched_reduce_size,ccs_minimize_roundtrips,timeout";

    private readonly PointsInTime _points = new(time);

    public IEnumerable<Route> Routes =>
        [
            new("GET,POST", "_search", Searching, exchange => Search(exchange, null)),
            new("GET,POST", "{index}/_search", Searching, exchange => Search(exchange, exchange.Segments[0])),
            new("GET,POST", "_count", Lookup + Words, exchange => Count(exchange, "*")),
            new("GET,POST", "{index}/_count", Lookup + Words, exchange => Count(exchange, exchange.Segments[0])),
            new("POST", "{index}/_pit", Lookup + ",keep_alive,allow_partial_search_results", OpenPoint),
            new("DELETE", "_pit", "", ClosePoint),
            new(
                "POST",
                "{index}/_delete_by_query",
                Lookup + ",refresh,conflicts,wait_for_completion,slices,scroll_size,timeout",
                DeleteByQuery
            ),
        ];

    private void Search(Exchange exchange, string? indices)
    {
        var started = time.GetTimestamp();
        var request = SearchRequest.Parse(exchange, time.GetUtcNow());
        var views = Views(exchange, request, indices);
        var found = SearchRunner.Run(request, views);
        var filter = HitFilter.Parse(exchange["filter_path"]);
        exchange.IsFiltered = filter is not null;
        Write(exchange, request, views, found, filter ?? HitFilter.All, started);
    }

    private void Write(
        Exchange exchange,
        SearchRequest request,
        IReadOnlyList<IndexView> views,
        Found found,
        HitFilter filter,
        long started
    )
    {
        var json = exchange.Json;
        json.WriteStartObject();
        if (request.Pit is { } pit && filter.Wants("pit_id"))
        {
            json.WriteString("pit_id", pit.Id);
        }

        if (filter.Wants("took"))
        {
            json.WriteNumber("took", (long)time.GetElapsedTime(started).TotalMilliseconds);
        }

        if (filter.Wants("timed_out"))
        {
            json.WriteBoolean("timed_out", false);
        }

        if (request.Size == 0 && request.TotalLimit == int.MaxValue && filter.IsAll)
        {
            json.WriteBoolean("terminated_early", false);
        }

        if (filter.Wants("_shards"))
        {
            WriteShards(exchange, views.Sum(view => view.Index.Settings.Shards));
        }
        else if (filter.Wants("_shards.failed"))
        {
            json.WriteStartObject("_shards");
            json.WriteNumber("failed", 0);
            json.WriteEndObject();
        }

        var hasTotal = filter.Wants("hits.total") && request.TotalLimit is not null;
        if (filter.IsAll || hasTotal || found.Hits.Count > 0)
        {
            json.WriteStartObject("hits");
            if (hasTotal)
            {
                WriteTotal(json, request, found);
            }

            if (filter.IsAll)
            {
                WriteMaxScore(json, request, views, found);
            }
            else if (found.Hits.Count == 0)
            {
                // A filter leaves nothing of an empty list.
                json.WriteEndObject();
                json.WriteEndObject();
                return;
            }

            json.WriteStartArray("hits");
            var writer = new HitWriter(json, request, filter);
            foreach (var hit in found.Hits)
            {
                using (hit.Candidate)
                {
                    writer.Write(hit);
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteTotal(Utf8JsonWriter json, SearchRequest request, Found found)
    {
        var limit = request.TotalLimit ?? 0;
        json.WriteStartObject("total");
        json.WriteNumber("value", Math.Min(found.Total, limit));
        json.WriteString("relation", found.Total > limit ? "gte" : "eq");
        json.WriteEndObject();
    }

    private static void WriteMaxScore(Utf8JsonWriter json, SearchRequest request, IReadOnlyList<IndexView> views, Found found)
    {
        json.WritePropertyName("max_score");
        if (request.Sorts.Count == 0 && (found.Hits.Count > 0 || views.Count == 0))
        {
            json.WriteNumberValue(found.Hits.Count > 0 ? found.Hits.Max(hit => hit.Score) : 0.0);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private IReadOnlyList<IndexView> Views(Exchange exchange, SearchRequest request, string? indices)
    {
        if (request.Pit is not { } pit)
        {
            return request.Slice is not null
                ? throw ElasticErrors.Validation("[slice] can only be used with [scroll] or [point-in-time] requests").Thrown()
                : View(exchange, indices ?? "*");
        }

        if (indices is not null)
        {
            throw ElasticErrors
                .Validation("[indices] cannot be used with point in time. Do not specify any index with point in time.")
                .Thrown();
        }

        return _points.Use(pit.Id, pit.KeepAlive);
    }

    private List<IndexView> View(Exchange exchange, string indices) =>
        [.. Resolve(exchange, indices).Select(index => new IndexView(index, index.Documents.Snapshot()))];

    private List<EmulatedIndex> Resolve(Exchange exchange, string indices)
    {
        var expand = exchange["expand_wildcards"] ?? "";
        return cluster.Resolve(
            indices,
            exchange.Flag("ignore_unavailable"),
            expand.Contains("hidden", StringComparison.Ordinal) || expand.Contains("all", StringComparison.Ordinal)
        );
    }

    private void Count(Exchange exchange, string indices)
    {
        var query = QueryOf(exchange);
        var views = View(exchange, indices);
        var count = query is null or MatchAll
            ? views.Sum(view => (long)view.Documents.Length)
            : SearchRunner
                .Candidates(query, views, null)
                .LongCount(candidate =>
                {
                    using (candidate)
                    {
                        return query.Score(candidate) is not null;
                    }
                });
        exchange.Json.WriteStartObject();
        exchange.Json.WriteNumber("count", count);
        WriteShards(exchange, views.Sum(view => view.Index.Settings.Shards));
        exchange.Json.WriteEndObject();
    }

    private void OpenPoint(Exchange exchange)
    {
        var keepAlive = exchange["keep_alive"] ?? throw ElasticErrors.Validation("[keep_alive] is not specified").Thrown();
        var indices = Resolve(exchange, exchange.Segments[0]);
        exchange.Json.WriteStartObject();
        exchange.Json.WriteString("id", _points.Open(indices, keepAlive));
        WriteShards(exchange, indices.Sum(index => index.Settings.Shards));
        exchange.Json.WriteEndObject();
    }

    private void ClosePoint(Exchange exchange)
    {
        var closed = _points.Close(
            Json.Text(exchange.BodyObject()["id"]) ?? throw ElasticErrors.Validation("[id] is not specified").Thrown()
        );
        exchange.Status = closed ? 200 : 404;
        exchange.Json.WriteStartObject();
        exchange.Json.WriteBoolean("succeeded", closed);
        exchange.Json.WriteNumber("num_freed", closed ? 1 : 0);
        exchange.Json.WriteEndObject();
    }

    private void DeleteByQuery(Exchange exchange)
    {
        if (!exchange.Flag("wait_for_completion", otherwise: true))
        {
            throw ElasticErrors.Unsupported("tasks that run on after the answer").Thrown();
        }

        var started = time.GetTimestamp();
        var query = QueryOf(exchange) ?? throw ElasticErrors.Validation("query is missing").Thrown();
        var (total, conflicts) = (0, 0);
        foreach (var candidate in SearchRunner.Candidates(query, View(exchange, exchange.Segments[0]), null))
        {
            using (candidate)
            {
                if (query.Score(candidate) is null)
                {
                    continue;
                }

                total++;
                var outcome = candidate.Index.Documents.Delete(candidate.Document.Utf8Id, new WriteCondition(candidate.Document.SeqNo, 1));
                conflicts += outcome.Result is null ? 1 : 0;
            }
        }

        var json = exchange.Json;
        json.WriteStartObject();
        json.WriteNumber("took", (long)time.GetElapsedTime(started).TotalMilliseconds);
        json.WriteBoolean("timed_out", false);
        json.WriteNumber("total", total);
        json.WriteNumber("deleted", total - conflicts);
        json.WriteNumber("batches", (total + 999) / 1000);
        json.WriteNumber("version_conflicts", conflicts);
        json.WriteNumber("noops", 0);
        json.WriteStartObject("retries");
        json.WriteNumber("bulk", 0);
        json.WriteNumber("search", 0);
        json.WriteEndObject();
        json.WriteNumber("throttled_millis", 0);
        json.WriteNumber("requests_per_second", -1.0);
        json.WriteNumber("throttled_until_millis", 0);
        json.WriteStartArray("failures");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private Query? QueryOf(Exchange exchange)
    {
        var body = exchange.BodyObject();
        return body.FirstOrDefault(member => member.Key != "query").Key is { } unknown
                ? throw new ElasticError(400, "parsing_exception", $"request does not support [{unknown}]").Thrown()
            : exchange["q"] is { } words ? UriQuery.Parse(exchange, words)
            : body["query"] is JsonNode query ? new QueryParser(time.GetUtcNow(), exchange.Body).Parse(query)
            : null;
    }

    private static void WriteShards(Exchange exchange, int shards)
    {
        exchange.Json.WriteStartObject("_shards");
        exchange.Json.WriteNumber("total", shards);
        exchange.Json.WriteNumber("successful", shards);
        exchange.Json.WriteNumber("skipped", 0);
        exchange.Json.WriteNumber("failed", 0);
        exchange.Json.WriteEndObject();
    }
}
