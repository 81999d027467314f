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

    internal SyncPreview()
        : this([], [], []) { }

    /// <summary>A preview as it was stored.</summary>
    [JsonConstructor]
    internal SyncPreview(IReadOnlyList<string> added, IReadOnlyList<string> updated, IReadOnlyList<string> deleted)
    {
        _added = [.. added];
        _updated = [.. updated];
        _deleted = [.. deleted];
    }

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
    }

    internal void Add(BulkOperationKind kind, string id)
    {
        lock (_lock)
        {
            var ids = kind switch
            {
                BulkOperationKind.Add => _added,
                BulkOperationKind.Delete => _deleted,
                _ => _updated,
            };
            if (ids.Count < MaxIds)
            {
                ids.Add(id);
            }
        }
    }
}
