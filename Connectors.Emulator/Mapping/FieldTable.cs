namespace Connectors.Emulator.Mapping;

/// <summary>An immutable hash table of names, looked up by UTF-8 bytes.</summary>
internal sealed class FieldTable
{
    public static readonly FieldTable Empty = new([]);

    private readonly FieldNode[] _nodes;
    private readonly FieldNode?[] _slots;

    private FieldTable(FieldNode[] nodes)
    {
        _nodes = nodes;
        var size = 4;
        while (size < nodes.Length * 2)
        {
            size *= 2;
        }

        _slots = new FieldNode?[size];
        foreach (var node in nodes)
        {
            var slot = Hash(node.Utf8Name) & (size - 1);
            while (_slots[slot] is not null)
            {
                slot = (slot + 1) & (size - 1);
            }

            _slots[slot] = node;
        }
    }

    public IReadOnlyList<FieldNode> All => _nodes;

    public FieldNode? Find(ReadOnlySpan<byte> name)
    {
        var mask = _slots.Length - 1;
        for (var slot = Hash(name) & mask; _slots[slot] is { } node; slot = (slot + 1) & mask)
        {
            if (name.SequenceEqual(node.Utf8Name))
            {
                return node;
            }
        }

        return null;
    }

    public FieldTable With(FieldNode node)
    {
        var kept = Array.FindAll(_nodes, other => !other.Utf8Name.AsSpan().SequenceEqual(node.Utf8Name));
        return new FieldTable([.. kept, node]);
    }

    public FieldTable Without(FieldKind kind) => new(Array.FindAll(_nodes, node => node.Kind != kind));

    private static int Hash(ReadOnlySpan<byte> name)
    {
        var hash = 2166136261u;
        foreach (var b in name)
        {
            hash = (hash ^ b) * 16777619u;
        }

        return (int)(hash ^ (hash >> 15));
    }
}
