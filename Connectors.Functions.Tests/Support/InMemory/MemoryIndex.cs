using System.Text.Json.Nodes;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;

namespace Connectors.Tests.Support.InMemory;

/// <summary>A content index in memory that carries out bulk requests as Elasticsearch does, and fails when told to.</summary>
internal class MemoryIndex : IContentIndex
{
    private readonly Lock _lock = new();
    private int _uuid = 1;

    /// <summary>Bodies by <c>_id</c>.</summary>
    public Dictionary<string, JsonObject> Documents { get; } = new(StringComparer.Ordinal);

    public bool Exists { get; set; }

    public JsonObject? Meta { get; set; }

    /// <summary>Whether the field of who may see a document was asked for.</summary>
    public bool HasAccessField { get; private set; }

    public HashSet<string> Pipelines { get; } = [];

    /// <summary>What Elasticsearch makes of documents.</summary>
    public IndexShape Shape { get; set; } = new("m1", "s1", "p1", "i1");

    /// <summary>Called before each bulk request with its number; an answer other than null is given instead.</summary>
    public Func<int, BulkFault>? OnBulk { get; set; }

    /// <summary>Called before and after each bulk request and each look at documents; may throw, as a process that is killed
    /// there.</summary>
    public Action? OnCall { get; set; }

    /// <summary>Refuses documents for good.</summary>
    public Func<string, bool>? Reject { get; set; }

    public int BulkRequests { get; private set; }

    public List<string> Deleted { get; } = [];

    public List<string> Written { get; } = [];

    public string Uuid => "uuid-" + _uuid;

    /// <summary>Deletes the index and makes it again, as somebody else would.</summary>
    public void MakeAgain()
    {
        Documents.Clear();
        Meta = null;
        _uuid++;
    }

    public void Put(string id, JsonObject body) => Documents[id] = body;

    public Task<ContentIndexState> PrepareAsync(string index, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var created = !Exists;
            Exists = true;
            return Task.FromResult(new ContentIndexState(Uuid, created, Documents.Count, Clone(Meta)));
        }
    }

    public Task PrepareAccessAsync(string index, CancellationToken cancellationToken)
    {
        HasAccessField = true;
        return Task.CompletedTask;
    }

    public Task<long> CountUnsecuredAsync(string index, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(Documents.Values.LongCount(IsOpen));
        }
    }

    public Task RestrictUnsecuredAsync(string index, long atMost, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var body in Documents.Values.Where(IsOpen).Take((int)Math.Min(atMost, int.MaxValue)))
            {
                body["_allow_access_control"] = new JsonArray("_nobody");
                body["_digest"] = null;
            }

            return Task.CompletedTask;
        }
    }

    public Task<ContentIndexState?> InspectAsync(string index, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(Exists ? new ContentIndexState(Uuid, false, Documents.Count, Clone(Meta)) : null);
        }
    }

    public Task<bool> HoldsForeignAsync(string index, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(
                Documents.Count > 0
                    && (Documents.Values.Any(body => body["id"] is null) || Documents.Values.All(body => body["_timestamp"] is null))
            );
        }
    }

    public void PinIndex(string index, string uuid)
    {
        // Here an index that was made again takes what is written: there is nothing to be kept from it.
    }

    public Task<bool> DeleteAsync(string index, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var existed = Exists;
            Documents.Clear();
            (Exists, Meta) = (false, null);
            return Task.FromResult(existed);
        }
    }

    public Task WriteMetaAsync(string index, JsonObject? meta, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Meta = Clone(meta);
            return Task.CompletedTask;
        }
    }

    public Task<bool> PipelineExistsAsync(string pipeline, CancellationToken cancellationToken) =>
        Task.FromResult(Pipelines.Contains(pipeline));

    public Task<IndexShape?> ReadShapeAsync(string index, string? pipeline, CancellationToken cancellationToken) =>
        Task.FromResult(Exists ? Shape : null);

    public Task ReadIdsAsync(string index, Func<IdReceiver> begin, CancellationToken cancellationToken)
    {
        var receive = begin();
        lock (_lock)
        {
            foreach (var (id, body) in Documents)
            {
                var version =
                    body["_digest"] is { } digest ? DocumentVersion.FromDigest(digest.GetValue<long>())
                    : body["_timestamp"] is { } timestamp ? DocumentVersion.FromTimestamp(timestamp.GetValue<string>())
                    : DocumentVersion.None;
                receive(System.Text.Encoding.UTF8.GetBytes(id), version);
            }

            return Task.CompletedTask;
        }
    }

    public async Task<IReadOnlyDictionary<string, JsonObject>> ReadFieldsAsync(
        string index,
        IReadOnlyList<string> ids,
        IReadOnlyList<string> fields,
        CancellationToken cancellationToken
    )
    {
        await Task.Yield();
        OnCall?.Invoke();
        var found = FieldsOf(ids, fields);
        OnCall?.Invoke();
        return found;
    }

    public virtual async Task<BulkResponse> BulkAsync(
        string index,
        string? pipeline,
        ReadOnlyMemory<byte> body,
        int operations,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    )
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        OnCall?.Invoke();
        var response = Carry(body, operations);
        OnCall?.Invoke();
        return response;
    }

    public Task RefreshAsync(string index, CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual Task<long> CountAsync(string index, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult((long)Documents.Count);
        }
    }

    private Dictionary<string, JsonObject> FieldsOf(IReadOnlyList<string> ids, IReadOnlyList<string> fields)
    {
        lock (_lock)
        {
            return ids.Where(Documents.ContainsKey)
                .Distinct()
                .ToDictionary(
                    id => id,
                    id => new JsonObject(
                        Documents[id]
                            .Where(pair => fields.Contains(pair.Key))
                            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))
                    )
                );
        }
    }

    private BulkResponse Carry(ReadOnlyMemory<byte> body, int operations)
    {
        lock (_lock)
        {
            var fault = OnBulk?.Invoke(++BulkRequests) ?? BulkFault.None;
            if (fault.Status == 413 && operations == 1)
            {
                fault = BulkFault.None;
            }

            if (fault.Status != 200 && !fault.Applied)
            {
                return new BulkResponse(fault.Status, [], fault.Error);
            }

            var items = Carry(body.Span, fault);
            Xunit.Assert.Equal(operations, items.Count);
            return fault.Status == 200
                ? new BulkResponse(200, items)
                : new BulkResponse(fault.Status, [], fault.Error);
        }
    }

    private List<BulkItem> Carry(ReadOnlySpan<byte> body, BulkFault fault)
    {
        var lines = System.Text.Encoding.UTF8.GetString(body).Split('\n');
        Xunit.Assert.Equal(string.Empty, lines[^1]);
        List<BulkItem> items = [];
        for (var line = 0; line < lines.Length - 1; line++)
        {
            var action = JsonNode.Parse(lines[line])!.AsObject().Single();
            var id = action.Value!["_id"]!.GetValue<string>();
            var source = action.Key == "delete" ? null : JsonNode.Parse(lines[++line])!.AsObject();
            if (fault.RefusesItem(items.Count))
            {
                items.Add(new BulkItem(429, BulkItemResult.None, new BulkError("es_rejected_execution_exception", "busy")));
            }
            else if (source is null)
            {
                Deleted.Add(id);
                items.Add(Documents.Remove(id) ? new BulkItem(200, BulkItemResult.Deleted) : new BulkItem(404, BulkItemResult.NotFound));
            }
            else if (Reject?.Invoke(id) == true)
            {
                items.Add(new BulkItem(400, BulkItemResult.None, new BulkError("document_parsing_exception", "told to reject")));
            }
            else
            {
                Written.Add(id);
                var created = !Documents.ContainsKey(id);
                Documents[id] = source;
                items.Add(new BulkItem(created ? 201 : 200, created ? BulkItemResult.Created : BulkItemResult.Updated));
            }
        }

        return items;
    }

    private static bool IsOpen(JsonObject body) => body["_allow_access_control"] is null or JsonArray { Count: 0 };

    private static JsonObject? Clone(JsonObject? json) => json?.DeepClone().AsObject();
}

/// <summary>What happens to a bulk request.</summary>
/// <param name="Status">Status of the call; 413 is given to requests of more than one operation only.</param>
/// <param name="Applied">Whether it was carried out before it failed.</param>
/// <param name="RefusedEvery">Every so many-th item is answered 429; 0 for none.</param>
internal readonly record struct BulkFault(int Status, bool Applied = false, int RefusedEvery = 0)
{
    public static BulkFault None => new(200);

    /// <summary>What the whole call is refused with.</summary>
    public BulkError? Error { get; init; } = new("fault", "told to fail");

    public bool RefusesItem(int position) => RefusedEvery > 0 && position % RefusedEvery == 0;
}
