using System.Text.Json.Serialization;
using Connectors.Sync.Bulk;

namespace Connectors.Sync.Engine;

/// <summary>The first documents that a dry run would add, update and delete. Safe for concurrent use while it is filled.</summary>
public sealed class SyncPreview
{
    /// <summary>How many ids are kept of each kind.</summary>
    public const int MaxIds = 100;

    private readonly Lock _lock = new();
    private readonly List<string> _added;
    private readonly List<string> _updated;
    private readonly List<string> _deleted;

    private readonly Dictionary<string, string> _names;

    internal SyncPreview()
        : this([], [], []) { }

    /// <summary>A preview as it was stored.</summary>
    [JsonConstructor]
    internal SyncPreview(
        IReadOnlyList<string> added,
        IReadOnlyList<string> updated,
        IReadOnlyList<string> deleted,
        IReadOnlyDictionary<string, string>? names = null
    )
    {
        _added = [.. added];
        _updated = [.. updated];
        _deleted = [.. deleted];
        _names = new Dictionary<string, string>(names ?? new Dictionary<string, string>(), StringComparer.Ordinal);
    }

    /// <summary>What a person knows those documents by, where they have that, by their ids.</summary>
    public IReadOnlyDictionary<string, string> Names => _names;

    /// <summary>Ids that would be added.</summary>
    public IReadOnlyList<string> Added => _added;

    /// <summary>Ids that would be updated.</summary>
    public IReadOnlyList<string> Updated => _updated;

    /// <summary>Ids that would be deleted.</summary>
    public IReadOnlyList<string> Deleted => _deleted;

    /// <summary>Adds another part of the same dry run.</summary>
    internal void Merge(SyncPreview other)
    {
        _added.AddRange(other._added.Take(MaxIds - _added.Count));
        _updated.AddRange(other._updated.Take(MaxIds - _updated.Count));
        _deleted.AddRange(other._deleted.Take(MaxIds - _deleted.Count));
        foreach (var (id, name) in other._names)
        {
            _names.TryAdd(id, name);
        }
    }

    /// <summary>Whether there is a place for another id of a kind.</summary>
    internal bool HasRoom(BulkOperationKind kind)
    {
        lock (_lock)
        {
            return Of(kind).Count < MaxIds;
        }
    }

    /// <summary>Takes an id, if there is a place for it.</summary>
    /// <param name="kind">What would be done.</param>
    /// <param name="id">The id.</param>
    /// <param name="name">What a person knows the document by, or <see langword="null"/>.</param>
    internal void Add(BulkOperationKind kind, string id, string? name)
    {
        lock (_lock)
        {
            var ids = Of(kind);
            if (ids.Count < MaxIds)
            {
                ids.Add(id);
                if (name is not null)
                {
                    _names[id] = name;
                }
            }
        }
    }

    private List<string> Of(BulkOperationKind kind) =>
        kind switch
        {
            BulkOperationKind.Add => _added,
            BulkOperationKind.Delete => _deleted,
            _ => _updated,
        };
}
