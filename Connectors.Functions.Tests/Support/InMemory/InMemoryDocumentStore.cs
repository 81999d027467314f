using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch;

namespace Connectors.Tests.Support.InMemory;

/// <summary>
/// Documents in memory with Elasticsearch's rules for conditional writes, and a hook between a read and a write: interleavings that a real
/// server shows once a month are one line here.
/// </summary>
internal sealed class InMemoryDocumentStore : IDocumentStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Index, string Id), StoredDocument> _documents = [];
    private long _sequenceNumber;
    private int _ids;

    /// <summary>Called before every conditional write with index and id, outside the lock.</summary>
    public Func<string, string, Task>? BeforeUpdate { get; set; }

    /// <summary>Called before every document that is made, with its index, outside the lock.</summary>
    public Func<string, Task>? BeforeCreate { get; set; }

    /// <summary>Throws instead of answering, when set.</summary>
    public ConnectorException? Outage { get; set; }

    /// <summary>What was written, in order: index, id, partial document.</summary>
    public ConcurrentQueue<(string Index, string Id, JsonObject Partial)> Updates { get; } = [];

    /// <summary>Writes that were refused because of a newer version.</summary>
    public int Conflicts { get; private set; }

    /// <summary>Ids that a search does not see yet.</summary>
    public HashSet<string> HiddenFromSearch { get; } = [];

    public Dictionary<string, JsonObject> Indices { get; } = [];

    public JsonObject this[string index, string id] =>
        Find(index, id)?.Source ?? throw new InvalidOperationException($"{index}/{id} is not there.");

    public void Put(string index, string id, JsonObject source)
    {
        lock (_lock)
        {
            _documents[(index, id)] = new StoredDocument(id, AsRead(source), _sequenceNumber++, 1);
        }
    }

    /// <summary>What a user does in Kibana: merges without asking.</summary>
    public void Edit(string index, string id, string partial)
    {
        lock (_lock)
        {
            var source = _documents[(index, id)].Source.DeepClone().AsObject();
            Merge(source, JsonNode.Parse(partial)!.AsObject());
            _documents[(index, id)] = new StoredDocument(id, source, _sequenceNumber++, 1);
        }
    }

    public void Remove(string index, string id)
    {
        lock (_lock)
        {
            _documents.Remove((index, id));
        }
    }

    public IReadOnlyList<string> Ids(string index)
    {
        lock (_lock)
        {
            return [.. _documents.Keys.Where(key => key.Index == index).Select(key => key.Id)];
        }
    }

    /// <summary>Documents that were asked for by their id.</summary>
    public int Gets { get; private set; }

    public Task<StoredDocument?> GetAsync(string index, string id, CancellationToken cancellationToken)
    {
        Check();
        Gets++;
        return Task.FromResult(Find(index, id));
    }

    public async IAsyncEnumerable<StoredDocument> SearchAsync(
        string index,
        JsonObject? query,
        string? sort,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Check();
        List<StoredDocument> found;
        lock (_lock)
        {
            found =
            [
                .. _documents
                    .Where(pair =>
                        pair.Key.Index == index && !HiddenFromSearch.Contains(pair.Key.Id) && Matches(pair.Key.Id, pair.Value.Source, query)
                    )
                    .Select(pair => Copy(pair.Value)),
            ];
        }

        await Task.CompletedTask;
        foreach (
            var document in sort is null
                ? found
                : found.OrderBy(document => document.Source[sort]?.ToString(), StringComparer.Ordinal).ToList()
        )
        {
            yield return document;
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
        var found = new List<StoredDocument>();
        await foreach (var document in SearchAsync(index, query, sort, cancellationToken))
        {
            found.Add(document);
        }

        return [.. Enumerable.Reverse(found).Take(count)];
    }

    public async Task<StoredDocument?> CreateAsync(string index, string? id, JsonObject source, CancellationToken cancellationToken)
    {
        Check();
        await (BeforeCreate?.Invoke(index) ?? Task.CompletedTask);
        lock (_lock)
        {
            id ??= $"generated-{++_ids}";
            if (_documents.ContainsKey((index, id)))
            {
                return null;
            }

            Put(index, id, source);
        }

        return Find(index, id);
    }

    public async Task<DocumentWrite> UpdateAsync(
        string index,
        string id,
        JsonObject partial,
        StoredDocument? expected,
        CancellationToken cancellationToken
    )
    {
        Check();
        await (BeforeUpdate?.Invoke(index, id) ?? Task.CompletedTask);
        lock (_lock)
        {
            if (!_documents.TryGetValue((index, id), out var document))
            {
                return DocumentWrite.Missing;
            }

            if (expected is not null && expected.SequenceNumber != document.SequenceNumber)
            {
                Conflicts++;
                return DocumentWrite.Conflict;
            }

            var source = document.Source.DeepClone().AsObject();
            Merge(source, partial);
            _documents[(index, id)] = new StoredDocument(id, AsRead(source), _sequenceNumber++, 1);
            Updates.Enqueue((index, id, partial.DeepClone().AsObject()));
            return DocumentWrite.Done;
        }
    }

    public Task<DocumentWrite> DeleteAsync(string index, string id, StoredDocument? expected, CancellationToken cancellationToken)
    {
        Check();
        lock (_lock)
        {
            return Task.FromResult(_documents.Remove((index, id)) ? DocumentWrite.Done : DocumentWrite.Missing);
        }
    }

    public Task<bool> EnsureIndexAsync(string index, JsonObject definition, CancellationToken cancellationToken)
    {
        Check();
        lock (_lock)
        {
            return Task.FromResult(Indices.TryAdd(index, definition));
        }
    }

    private static StoredDocument Copy(StoredDocument document) => document with { Source = document.Source.DeepClone().AsObject() };

    // Numbers that were set as int are read as whatever the reader wants only after a trip through JSON text.
    private static JsonObject AsRead(JsonObject source) => JsonNode.Parse(source.ToJsonString())!.AsObject();

    private static void Merge(JsonObject target, JsonObject partial)
    {
        foreach (var (name, value) in partial)
        {
            if (value is JsonObject inner && target[name] is JsonObject existing)
            {
                Merge(existing, inner);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }

    private static bool Matches(string id, JsonObject source, JsonObject? query)
    {
        if (query is null)
        {
            return true;
        }

        var (kind, body) = query.Single();
        if (kind == "bool")
        {
            return body!["should"] is JsonArray choices
                ? choices.Any(choice => Matches(id, source, choice!.AsObject()))
                : body["filter"]!.AsArray().All(filter => Matches(id, source, filter!.AsObject()));
        }

        var (field, wanted) = body!.AsObject().Single();
        JsonNode? value = source;
        foreach (var part in field.Split('.'))
        {
            value = (value as JsonObject)?[part];
        }

        return kind switch
        {
            "ids" => wanted!.AsArray().Any(item => item?.ToString() == id),
            "term" => value?.ToString() == wanted?.ToString(),
            "terms" => wanted!.AsArray().Any(item => item?.ToString() == value?.ToString()),
            "range" when value is null => false,
            "range" => wanted!
                .AsObject()
                .All(limit =>
                    (Time(value!), Time(limit.Value!)) is var (time, bound) && (limit.Key == "gte" ? time >= bound : time < bound)
                ),
            _ => throw new NotSupportedException($"Query '{kind}' is not known here."),
        };
    }

    private static DateTimeOffset Time(JsonNode value) =>
        DateTimeOffset.Parse(value.ToString(), System.Globalization.CultureInfo.InvariantCulture);

    private StoredDocument? Find(string index, string id)
    {
        lock (_lock)
        {
            return _documents.TryGetValue((index, id), out var document) ? Copy(document) : null;
        }
    }

    private void Check()
    {
        if (Outage is not null)
        {
            throw Outage;
        }
    }
}
