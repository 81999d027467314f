using Connectors.Sync.Bulk;

namespace Connectors.Sync.Engine;

/// <summary>The first documents that a dry run would add, update and delete. Safe for concurrent use while it is filled.</summary>
public sealed class SyncPreview
{
    /// <summary>How many ids are kept of each kind.</summary>
    public const int MaxIds = 100;

    private readonly Lock _lock = new();
    private readonly List<string> _added = [];
    private readonly List<string> _updated = [];
    private readonly List<string> _deleted = [];

    /// <summary>Ids that would be added.</summary>
    public IReadOnlyList<string> Added => _added;

    /// <summary>Ids that would be updated.</summary>
    public IReadOnlyList<string> Updated => _updated;

    /// <summary>Ids that would be deleted.</summary>
    public IReadOnlyList<string> Deleted => _deleted;

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
