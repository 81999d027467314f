namespace Connectors.Emulator.Indices;

/// <summary>What a write wants to be true before it is done.</summary>
/// <param name="IfSeqNo">The document's current sequence number.</param>
/// <param name="IfPrimaryTerm">Its primary term; always 1 here.</param>
/// <param name="MustBeNew">The id must be free.</param>
internal readonly record struct WriteCondition(long? IfSeqNo = null, long? IfPrimaryTerm = null, bool MustBeNew = false);

/// <summary>What became of a write.</summary>
/// <param name="Result"><c>created</c>, <c>updated</c>, <c>deleted</c>, <c>not_found</c> or <c>noop</c>; null for a conflict.</param>
/// <param name="Conflict">Why it was not done.</param>
/// <param name="Version">The document's version now.</param>
/// <param name="SeqNo">The write's number.</param>
internal readonly record struct WriteOutcome(string? Result, string? Conflict, int Version, long SeqNo)
{
    public int Status =>
        Result switch
        {
            null => 409,
            "created" => 201,
            "not_found" => 404,
            _ => 200,
        };
}

/// <summary>The documents of one index. Thread-safe; the lock is held for a look-up and an insert.</summary>
internal sealed class DocumentTable
{
    private readonly Lock _lock = new();
    private readonly HashSet<StoredDocument> _byId = new(IdComparer.Instance);
    private readonly HashSet<StoredDocument>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private StoredDocument?[] _slots = new StoredDocument?[16];
    private int _slotCount;
    private long _nextSeqNo;
    private StoredDocument[]? _snapshot;

    public DocumentTable()
    {
        _lookup = _byId.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Called under the lock for each write that changed something, in its order.</summary>
    public Action<StoredDocument?, ReadOnlySpan<byte>, long>? Written { get; set; }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byId.Count;
            }
        }
    }

    public long LastSeqNo
    {
        get
        {
            lock (_lock)
            {
                return _nextSeqNo - 1;
            }
        }
    }

    public long SourceBytes { get; private set; }

    public StoredDocument? Find(ReadOnlySpan<byte> id)
    {
        lock (_lock)
        {
            return _lookup.TryGetValue(id, out var document) ? document : null;
        }
    }

    /// <summary>All documents in the order in which they were written. The array is shared: don't change it.</summary>
    public StoredDocument[] Snapshot()
    {
        lock (_lock)
        {
            if (_snapshot is null)
            {
                var all = new StoredDocument[_byId.Count];
                var at = 0;
                foreach (var document in _slots.AsSpan(0, _slotCount))
                {
                    if (document is not null)
                    {
                        all[at++] = document;
                    }
                }

                _snapshot = all;
            }

            return _snapshot;
        }
    }

    public WriteOutcome Put(StoredDocument document, WriteCondition condition)
    {
        lock (_lock)
        {
            _byId.TryGetValue(document, out var current);
            if (Conflict(current, condition) is { } conflict)
            {
                return new WriteOutcome(null, conflict, 0, 0);
            }

            document.SeqNo = _nextSeqNo++;
            document.Version = (current?.Version ?? 0) + 1;
            Insert(document, current);
            Written?.Invoke(document, document.Utf8Id, document.SeqNo);
            return new WriteOutcome(current is null ? "created" : "updated", null, document.Version, document.SeqNo);
        }
    }

    public WriteOutcome Delete(ReadOnlySpan<byte> id, WriteCondition condition)
    {
        lock (_lock)
        {
            _lookup.TryGetValue(id, out var current);
            if (Conflict(current, condition) is { } conflict)
            {
                return new WriteOutcome(null, conflict, 0, 0);
            }

            var seqNo = _nextSeqNo++;
            if (current is null)
            {
                return new WriteOutcome("not_found", null, 1, seqNo);
            }

            Drop(current);
            _byId.Remove(current);
            Written?.Invoke(null, id, seqNo);
            return new WriteOutcome("deleted", null, current.Version + 1, seqNo);
        }
    }

    /// <summary>Puts a document back as a journal has it, with its version and number.</summary>
    public void Restore(StoredDocument document)
    {
        lock (_lock)
        {
            _byId.TryGetValue(document, out var current);
            Insert(document, current);
            _nextSeqNo = Math.Max(_nextSeqNo, document.SeqNo + 1);
        }
    }

    /// <summary>Deletes a document as a journal says.</summary>
    public void RestoreDelete(ReadOnlySpan<byte> id, long seqNo)
    {
        lock (_lock)
        {
            if (_lookup.TryGetValue(id, out var current))
            {
                Drop(current);
                _byId.Remove(current);
            }

            _nextSeqNo = Math.Max(_nextSeqNo, seqNo + 1);
        }
    }

    private static string? Conflict(StoredDocument? current, WriteCondition condition)
    {
        if (condition.MustBeNew && current is not null)
        {
            return $"document already exists (current version [{current.Version}])";
        }

        if (condition.IfSeqNo is { } seqNo && (current is null || current.SeqNo != seqNo || condition.IfPrimaryTerm != 1))
        {
            return $"required seqNo [{seqNo}], primary term [{condition.IfPrimaryTerm}]. "
                + (current is null ? "but no document was found" : $"current document has seqNo [{current.SeqNo}] and primary term [1]");
        }

        return null;
    }

    private void Insert(StoredDocument document, StoredDocument? current)
    {
        _snapshot = null;
        if (current is not null)
        {
            Drop(current);
            _byId.Remove(current);
        }

        if (_slotCount == _slots.Length)
        {
            Compact();
        }

        document.Slot = _slotCount;
        _slots[_slotCount++] = document;
        _byId.Add(document);
        SourceBytes += document.Source.Length;
    }

    private void Drop(StoredDocument document)
    {
        _snapshot = null;
        _slots[document.Slot] = null;
        SourceBytes -= document.Source.Length;
    }

    /// <summary>Closes the gaps that replaced documents left; grows only when there are few.</summary>
    private void Compact()
    {
        var target = _byId.Count * 2 > _slots.Length ? new StoredDocument?[_slots.Length * 2] : _slots;
        var at = 0;
        for (var i = 0; i < _slotCount; i++)
        {
            if (_slots[i] is { } document)
            {
                document.Slot = at;
                target[at++] = document;
            }
        }

        if (ReferenceEquals(target, _slots))
        {
            Array.Clear(target, at, _slotCount - at);
        }

        _slots = target;
        _slotCount = at;
    }
}
