using System.Text;
using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sync.Bulk;

/// <summary>
/// The body of one bulk request, and the positions of its operations in it. All operations are idempotent by id, so a batch may be sent
/// more than once. The owner disposes it. One thread at a time.
/// </summary>
internal sealed class BulkBatch : IDisposable
{
    private readonly PooledBuffer _body;
    private readonly List<BulkOperation> _operations = [];
    private int _sent;

    public BulkBatch(int capacity = 64 * 1024) => _body = new PooledBuffer(capacity);

    public IReadOnlyList<BulkOperation> Operations => _operations;

    public int Count => _operations.Count;

    public int SizeInBytes => _body.Length;

    public ReadOnlyMemory<byte> Body => _body.WrittenMemory;

    /// <summary>The buffer for the lines of the next operation; write to it before calling <see cref="Add"/>.</summary>
    public PooledBuffer Buffer => _body;

    /// <summary>Adds everything written since the last operation as one operation.</summary>
    public void Add(BulkOperationKind kind)
    {
        var start = _operations.Count == 0 ? 0 : _operations[^1].Start + _operations[^1].Length;
        _operations.Add(new BulkOperation(kind, start, _body.Length - start));
    }

    /// <summary>Has an operation counted in another way.</summary>
    public void CountAs(int index, BulkOperationKind kind) => _operations[index] = _operations[index] with { Kind = kind };

    /// <summary>Moves the last operation to a new batch when it made this one too large.</summary>
    public BulkBatch SplitLast()
    {
        var last = _operations[^1];
        var next = new BulkBatch(Math.Max(_body.Length, last.Length));
        next.Append(this, last);
        _operations.RemoveAt(_operations.Count - 1);
        _body.Truncate(last.Start);
        return next;
    }

    /// <summary>A batch with some of this one's operations.</summary>
    public BulkBatch Select(IEnumerable<int> indices)
    {
        var selected = new BulkBatch(4096);
        foreach (var index in indices)
        {
            selected.Append(this, _operations[index]);
        }

        return selected;
    }

    /// <summary>The <c>_id</c> of an operation, read from its action line.</summary>
    public string IdOf(int index)
    {
        var operation = _operations[index];
        var lines = Body.Span.Slice(operation.Start, operation.Length);
        var reader = new Utf8JsonReader(lines[..lines.IndexOf((byte)'\n')]);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("_id"u8) && reader.Read())
            {
                return reader.GetString() ?? string.Empty;
            }
        }

        throw new InvalidOperationException("The action line has no _id: " + Encoding.UTF8.GetString(lines[..Math.Min(lines.Length, 100)]));
    }

    /// <summary>The document of an operation, as JSON; empty for a delete.</summary>
    public ReadOnlySpan<byte> DocumentOf(int index)
    {
        var operation = _operations[index];
        var lines = Body.Span.Slice(operation.Start, operation.Length);
        return lines[(lines.IndexOf((byte)'\n') + 1)..].TrimEnd((byte)'\n');
    }

    /// <summary>The body is on its way: the memory goes back to the pool only if <see cref="Arrived"/> follows.</summary>
    public void Sent() => _sent++;

    /// <summary>A call with the body was answered: nobody reads the body any more.</summary>
    public void Arrived() => _sent--;

    public void Dispose()
    {
        // A call that ended without an answer may have left a connection behind that still reads the body, though nobody listens. What
        // another batch writes into the same memory must not go that way.
        if (_sent > 0)
        {
            _body.Abandon();
        }

        _body.Dispose();
    }

    private void Append(BulkBatch other, BulkOperation operation)
    {
        _body.Write(other.Body.Span.Slice(operation.Start, operation.Length));
        Add(operation.Kind);
    }
}
