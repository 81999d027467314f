using System.Text;
using System.Text.Json.Nodes;

namespace Connectors.Emulator.Mapping;

/// <summary>
/// One name in the tree of an index's fields. Reading is lock-free: children live in tables that are replaced, never changed, by
/// <see cref="Attach"/>, which the mapping calls under its lock.
/// </summary>
internal sealed class FieldNode
{
    private volatile FieldTable _children = FieldTable.Empty;

    public FieldNode(string name, FieldNode? parent, FieldKind kind, int ordinal)
    {
        Name = name;
        Utf8Name = Encoding.UTF8.GetBytes(name);
        Parent = parent;
        Kind = kind;
        Ordinal = ordinal;
        Path = parent is null || parent.Path.Length == 0 ? name : parent.Path + "." + name;
        Depth = parent is null ? 0 : parent.Depth + 1;
    }

    public string Name { get; }

    public byte[] Utf8Name { get; }

    public FieldNode? Parent { get; }

    public string Path { get; }

    public int Depth { get; }

    public FieldKind Kind { get; set; }

    /// <summary>Unique in the index: the place of this name in a parser's list of names seen.</summary>
    public int Ordinal { get; }

    /// <summary>The definition as given, without <c>properties</c> and <c>fields</c>.</summary>
    public JsonObject Definition { get; set; } = [];

    /// <summary>Sub-fields such as <c>title.keyword</c>.</summary>
    public List<FieldNode>? MultiFields { get; set; }

    /// <summary>Own setting; null inherits the parent's.</summary>
    public DynamicMode? OwnDynamic { get; set; }

    public DynamicMode Dynamic => OwnDynamic ?? Parent?.Dynamic ?? DynamicMode.Add;

    /// <summary>Longer keywords are not indexed. In characters.</summary>
    public int IgnoreAbove { get; set; } = int.MaxValue;

    /// <summary>For <see cref="FieldKind.Dotted"/>: the field that the path leads to.</summary>
    public FieldNode? Target { get; set; }

    /// <summary>The name that came after this one the last time: documents repeat the order of their fields. A guess, written without a
    /// lock.</summary>
    public FieldNode? Follower { get; set; }

    /// <summary>The first child met the last time. A guess, as above.</summary>
    public FieldNode? FirstChild { get; set; }

    /// <summary>True when another node has taken this one's place, so that a guess that leads here is wrong.</summary>
    public bool IsDetached { get; private set; }

    public bool IsReal => Kind is not (FieldKind.Ignored or FieldKind.Dotted);

    public IEnumerable<FieldNode> Children => _children.All;

    public FieldNode? Find(ReadOnlySpan<byte> utf8Name) => _children.Find(utf8Name);

    public FieldNode? Find(string name) => _children.Find(Encoding.UTF8.GetBytes(name));

    /// <summary>Adds a child, replacing a placeholder of the same name.</summary>
    public void Attach(FieldNode child)
    {
        if (_children.Find(child.Utf8Name) is { } replaced)
        {
            replaced.IsDetached = true;
        }

        _children = _children.With(child);
    }

    /// <summary>Forgets the names that are no fields, here and below.</summary>
    public void DropPlaceholders()
    {
        foreach (var child in _children.All)
        {
            child.IsDetached |= child.Kind == FieldKind.Ignored;
            child.DropPlaceholders();
        }

        _children = _children.Without(FieldKind.Ignored);
    }
}
