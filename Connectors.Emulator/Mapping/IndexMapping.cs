using System.Text.Json.Nodes;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Mapping;

/// <summary>The fields of one index. Reading needs no lock; adding fields is serialized here.</summary>
internal sealed class IndexMapping
{
    /// <summary>Names that are no fields are remembered up to this many, for speed; a document with more of them is checked the slow
    /// way.</summary>
    private const int MaxPlaceholders = 20_000;

    private readonly Lock _lock = new();
    private int _ordinals;
    private int _placeholders;
    private Dictionary<string, List<string>> _copies = [];

    public IndexMapping()
    {
        Root = new FieldNode("", null, FieldKind.Object, NextOrdinal());
    }

    public FieldNode Root { get; }

    public JsonObject? Meta { get; private set; }

    /// <summary>Root parameters other than <c>dynamic</c>, <c>_meta</c> and <c>properties</c>.</summary>
    public bool DateDetection { get; private set; } = true;

    /// <summary>True when <c>dynamic</c> was given, so that it is shown again.</summary>
    public bool HasDynamic => Root.OwnDynamic is not null;

    public int MaxFields { get; set; } = 1000;

    public int MaxDepth { get; set; } = 20;

    /// <summary>Whether a value that does not fit its number, date or boolean field is left out of the index rather than the whole
    /// document.</summary>
    public bool IgnoresMalformed { get; set; }

    /// <summary>Whether a new field beyond <see cref="MaxFields"/> is left out of the index rather than the whole document.</summary>
    public bool IgnoresBeyondLimit { get; set; }

    /// <summary>Fields, objects and sub-fields, as the limit counts them.</summary>
    public int FieldCount { get; private set; }

    public int OrdinalCount => Volatile.Read(ref _ordinals);

    /// <summary>Merges a mapping given by a user; nothing changes when any part of it disagrees.</summary>
    public void Merge(JsonObject mapping)
    {
        lock (_lock)
        {
            var merge = new MappingMerge(this);
            merge.Check(mapping);
            if (FieldCount + merge.NewFields > MaxFields)
            {
                throw ElasticErrors
                    .IllegalArgument($"Limit of total fields [{MaxFields}] has been exceeded while adding new fields [{merge.NewFields}]")
                    .Thrown();
            }

            Root.DropPlaceholders();
            _placeholders = 0;
            merge.Apply();
            ReadCopies();
            if (mapping["_meta"] is JsonObject meta)
            {
                Meta = (JsonObject)meta.DeepClone();
            }

            if (mapping["date_detection"] is JsonValue detection)
            {
                DateDetection = detection.GetValue<bool>();
            }
        }
    }

    /// <summary>Takes in the fields that a document brought. False when another document was faster with one of them: parse
    /// again.</summary>
    public bool TryAdd(List<FieldNode> added)
    {
        lock (_lock)
        {
            foreach (var node in added)
            {
                if (node.Parent!.Find(node.Utf8Name) is { Kind: not FieldKind.Ignored })
                {
                    return false;
                }
            }

            foreach (var node in added)
            {
                node.Parent!.Attach(node);
                if (node.IsReal)
                {
                    FieldCount += 1 + (node.MultiFields?.Count ?? 0);
                }
            }

            return true;
        }
    }

    /// <summary>Remembers a name that is no field. Null when too many are remembered already.</summary>
    public FieldNode? AddPlaceholder(FieldNode parent, string name)
    {
        lock (_lock)
        {
            if (parent.Find(name) is { } known)
            {
                return known;
            }

            if (_placeholders >= MaxPlaceholders)
            {
                return null;
            }

            _placeholders++;
            var node = new FieldNode(name, parent, FieldKind.Ignored, NextOrdinal());
            parent.Attach(node);
            return node;
        }
    }

    public int NextOrdinal() => Interlocked.Increment(ref _ordinals) - 1;

    /// <summary>The field at a dotted path, sub-fields included; null when there is none.</summary>
    public FieldNode? Resolve(string path)
    {
        var node = Root;
        foreach (var part in path.Split('.'))
        {
            var next = node.Find(part);
            if (next is null or { IsReal: false })
            {
                next = node.MultiFields?.Find(field => field.Name == part);
            }

            if (next is null)
            {
                return null;
            }

            node = next;
        }

        return node.IsReal ? node : null;
    }

    /// <summary>The fields whose values are copied to another one.</summary>
    public IEnumerable<string> CopiedTo(string path) => _copies.TryGetValue(path, out var sources) ? sources : [];

    /// <summary>The fields that an inference endpoint is asked about, with the fields whose values are copied to them.</summary>
    public IReadOnlyList<FieldNode> SemanticFields { get; private set; } = [];

    internal void Count(int fields) => FieldCount += fields;

    private void ReadCopies()
    {
        var copies = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var semantic = new List<FieldNode>();
        Read(Root);
        (_copies, SemanticFields) = (copies, semantic);

        void Read(FieldNode node)
        {
            JsonNode?[] targets = node.Definition["copy_to"] is JsonArray list ? [.. list] : [node.Definition["copy_to"]];
            foreach (var target in targets.Select(Json.Text).OfType<string>())
            {
                (copies.TryGetValue(target, out var sources) ? sources : copies[target] = []).Add(node.Path);
            }

            if (node.Kind == FieldKind.SemanticText)
            {
                semantic.Add(node);
            }

            foreach (var child in node.Children.Concat(node.MultiFields ?? []))
            {
                Read(child);
            }
        }
    }
}
