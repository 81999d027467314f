using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Elasticsearch.Calls;
using Connectors.Sync.Elasticsearch.Shapes;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Microsoft.Extensions.Logging;
using static Connectors.Sync.Elasticsearch.Calls.ElasticsearchRequest;

namespace Connectors.Sync.Elasticsearch.Indices;

/// <summary>The index that a sync fills.</summary>
internal sealed class ContentIndex(ElasticsearchCalls calls, TimeProvider time, ILogger logger) : IContentIndex
{
    public const string BulkAnswerFilter =
        "errors,items.*.status,items.*.result,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason,error";
    private const string MetaKey = "connectors";
    private const string IgnoreMalformed = "index.mapping.ignore_malformed";
    private const string IgnoreBeyondLimit = "index.mapping.total_fields.ignore_dynamic_beyond_limit";
    private readonly IndexWatch _watch = new(calls, time);

    /// <summary>An index of twice as many is read in two slices, and so on. Tests set it lower.</summary>
    internal long DocumentsPerSlice { get; set; } = 50_000;

    public async Task<ContentIndexState> PrepareAsync(string index, CancellationToken cancellationToken)
    {
        var created = false;
        var info = await IndexInfo.ReadAsync(calls, index, cancellationToken);
        if (info is null)
        {
            created = await CreateAsync(index, cancellationToken);
            info = await IndexInfo.ReadAsync(calls, index, cancellationToken)
                ?? throw new ConnectorException(FailureKind.Retry, $"Index '{index}' vanished right after it was created.");
        }

        await AddMissingFieldsAsync(index, info, cancellationToken);
        _watch.Remember(index, info.Uuid);
        return await StateAsync(index, info, created, cancellationToken);
    }

    public async Task PrepareAccessAsync(string index, CancellationToken cancellationToken)
    {
        var info = await IndexInfo.ReadAsync(calls, index, cancellationToken)
            ?? throw new ConnectorException(FailureKind.Retry, $"Index '{index}' vanished right after it was created.");
        if (AccessMapping.Check(index, info.Mappings))
        {
            await calls.AcknowledgeAsync(
                Put($"{Escape(index)}/_mapping", new JsonObject { ["properties"] = AccessMapping.Fields() }),
                cancellationToken
            );
        }
    }

    public Task<long> CountUnsecuredAsync(string index, CancellationToken cancellationToken) =>
        new UnsecuredDocuments(calls, this, time).CountAsync(index, cancellationToken);

    public Task RestrictUnsecuredAsync(string index, long atMost, CancellationToken cancellationToken) =>
        new UnsecuredDocuments(calls, this, time).RestrictAsync(index, atMost, cancellationToken);

    public async Task<ContentIndexState?> InspectAsync(string index, CancellationToken cancellationToken)
    {
        var info = await IndexInfo.ReadAsync(calls, index, cancellationToken);
        return info is null ? null : await StateAsync(index, info, created: false, cancellationToken);
    }

    public Task<IndexShape?> ReadShapeAsync(string index, string? pipeline, CancellationToken cancellationToken) =>
        new ShapeReader(calls).ReadAsync(index, pipeline, cancellationToken);

    public async Task<bool> HoldsForeignAsync(string index, CancellationToken cancellationToken)
    {
        if (await IndexInfo.ReadAsync(calls, index, cancellationToken) is not { } info)
        {
            return false;
        }

        // What was written a moment ago, or into an index that never refreshes by itself, counts too.
        await RefreshAsync(index, cancellationToken);
        var isConnectors = info.Mappings["properties"] is JsonObject fields && fields.ContainsKey("id") && fields.ContainsKey("_timestamp");
        if (!isConnectors)
        {
            return await CountAsync(index, cancellationToken) > 0;
        }

        var withoutId = new JsonObject
        {
            ["bool"] = new JsonObject { ["must_not"] = new JsonObject { ["exists"] = new JsonObject { ["field"] = "id" } } },
        };
        using var response = await calls.SendAsync(
            Post($"{Escape(index)}/_count", new JsonObject { ["query"] = withoutId }),
            cancellationToken
        );

        // Shards that did not answer may hold some: then nothing is deleted unseen.
        var json = response.Json();
        return !response.IsWhole(json) || response.Count(json, "count") > 0;
    }

    public void PinIndex(string index, string uuid) => _watch.Remember(index, uuid);

    public async Task<bool> DeleteAsync(string index, CancellationToken cancellationToken)
    {
        // Nothing but the index of exactly this name.
        if (ContentIndexName.ProblemOfTarget(index) is { } problem)
        {
            throw new ConnectorException(problem);
        }

        using var response = await calls.SendAsync(Delete($"{Escape(index)}?expand_wildcards=none", null, 404), cancellationToken);
        response.RequireMissing();
        return response.IsSuccess;
    }

    public async Task WriteMetaAsync(string index, JsonObject? meta, CancellationToken cancellationToken)
    {
        // Elasticsearch replaces _meta as a whole: what others keep there is written back.
        var info = await IndexInfo.ReadAsync(calls, index, cancellationToken)
            ?? throw new ConnectorException(
                $"Index '{index}' does not exist any more. It is created at the start of a sync, never in the middle of one."
            );
        var all = (info.Mappings["_meta"] as JsonObject)?.DeepClone().AsObject() ?? [];
        all.Remove(MetaKey);
        if (meta is not null)
        {
            all[MetaKey] = meta.DeepClone();
        }

        await calls.AcknowledgeAsync(Put($"{Escape(index)}/_mapping", new JsonObject { ["_meta"] = all }), cancellationToken);
    }

    public async Task<bool> PipelineExistsAsync(string pipeline, CancellationToken cancellationToken)
    {
        // A key that Kibana makes for a connector may use pipelines but not see them (403).
        using var response = await calls.SendAsync(Get($"_ingest/pipeline/{Escape(pipeline)}", 403, 404), cancellationToken);
        response.Json();
        return response.Status != 404;
    }

    public Task ReadIdsAsync(string index, Func<IdReceiver> begin, CancellationToken cancellationToken) =>
        new IdReader(calls, logger, DocumentsPerSlice).ReadAsync(index, begin, cancellationToken);

    public async Task<IReadOnlyDictionary<string, JsonObject>> ReadFieldsAsync(
        string index,
        IReadOnlyList<string> ids,
        IReadOnlyList<string> fields,
        CancellationToken cancellationToken
    )
    {
        var found = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        if (ids.Count == 0)
        {
            return found;
        }

        var only = string.Join(',', fields.Select(Uri.EscapeDataString));
        var body = new JsonObject { ["ids"] = new JsonArray([.. ids.Select(id => (JsonNode?)id)]) };
        using var response = await calls.SendAsync(
            Post($"{Escape(index)}/_mget?_source_includes={only}&filter_path=docs._id,docs.found,docs._source", body, 404),
            cancellationToken
        );
        foreach (var document in (response.IsSuccess ? response.Json()["docs"] as JsonArray ?? [] : []).OfType<JsonObject>())
        {
            // A document without any of the fields may come without a source.
            if (document["found"] is JsonValue value && value.TryGetValue<bool>(out var isFound) && isFound)
            {
                found[response.Text(document, "_id")] = document["_source"] as JsonObject ?? [];
            }
        }

        return found;
    }

    public async Task<BulkResponse> BulkAsync(
        string index,
        string? pipeline,
        ReadOnlyMemory<byte> body,
        int operations,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    )
    {
        if (await _watch.CheckAsync(index, cancellationToken) is { } gone)
        {
            return gone;
        }

        var through = pipeline is null ? string.Empty : $"&pipeline={Escape(pipeline)}";
        var request = new ElasticsearchRequest(
            global::Elastic.Transport.HttpMethod.POST,
            $"{Escape(index)}/_bulk?filter_path={BulkAnswerFilter}{through}",
            body,
            IsBulk: true
        )
        {
            MaxAnswerBytes = BulkResponseReader.MaxBytes(operations),
            Timeout = timeout,
        };
        var start = time.GetTimestamp();
        using var response = await calls.SendOnceAsync(request, cancellationToken);
        SyncTelemetry.BulkSent(time.GetElapsedTime(start), response.Status);
        return BulkResponseReader.Read(response, operations, () => calls.Failures.Of(request, response).Message);
    }

    public Task RefreshAsync(string index, CancellationToken cancellationToken) => calls.RefreshAsync(index, cancellationToken);

    public Task<long> CountAsync(string index, CancellationToken cancellationToken) => calls.CountAsync(index, cancellationToken);

    private async Task<ContentIndexState> StateAsync(string index, IndexInfo info, bool created, CancellationToken cancellationToken)
    {
        var count = created ? 0 : await CountAsync(index, cancellationToken);
        return new ContentIndexState(
            info.Uuid,
            created,
            count,
            ((info.Mappings["_meta"] as JsonObject)?[MetaKey] as JsonObject)?.DeepClone().AsObject()
        );
    }

    private static JsonObject Fields() =>
        new()
        {
            ["id"] = new JsonObject { ["type"] = "keyword" },
            ["_timestamp"] = new JsonObject { ["type"] = "date" },

            // Only read back, as a doc value: neither searched nor sorted.
            ["_digest"] = new JsonObject { ["type"] = "long", ["index"] = false },
        };

    /// <summary>Identities are hidden and found by their ids, as Elasticsearch's own template for such indices has it: nobody searches in
    /// them.</summary>
    private static JsonObject Definition(string index, string[] settings)
    {
        var isContent = !index.StartsWith(ProtocolIndices.AccessControlPrefix, StringComparison.Ordinal);
        var fields = Fields();
        if (!isContent)
        {
            fields["created_at"] = new JsonObject { ["type"] = "date" };
        }

        return new JsonObject
        {
            ["settings"] = new JsonObject(
                (isContent ? settings : [.. settings, "index.hidden"]).Select(name => KeyValuePair.Create(name, (JsonNode?)true))
            ),
            ["mappings"] = new JsonObject { ["dynamic"] = isContent, ["properties"] = fields },
        };
    }

    private async Task<bool> CreateAsync(string index, CancellationToken cancellationToken)
    {
        // A value that does not fit its field, or one field too many, should cost the searchable field and not the whole document. Settings
        // can't be set later, and older or hosted clusters may lack one of them.
        foreach (var settings in new string[][] { [IgnoreMalformed, IgnoreBeyondLimit], [IgnoreMalformed], [] })
        {
            var definition = Definition(index, settings);
            using var response = await calls.SendAsync(Put(Escape(index), definition, 400), cancellationToken);
            if (response.IsSuccess)
            {
                return true;
            }

            // Another process was faster, or our first try was carried out and its response lost.
            if (response.Error()?.Type == "resource_already_exists_exception")
            {
                return response.Tries > 1;
            }

            if (settings.Length == 0)
            {
                throw calls.Failures.Of(Put(Escape(index), definition), response);
            }
        }

        return false;
    }

    private async Task AddMissingFieldsAsync(string index, IndexInfo info, CancellationToken cancellationToken)
    {
        var missing = Fields();
        foreach (var (field, _) in info.Mappings["properties"] as JsonObject ?? [])
        {
            missing.Remove(field);
        }

        if (missing.Count > 0)
        {
            await calls.AcknowledgeAsync(Put($"{Escape(index)}/_mapping", new JsonObject { ["properties"] = missing }), cancellationToken);
        }
    }
}
