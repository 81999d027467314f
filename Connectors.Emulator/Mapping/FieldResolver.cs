using System.Text.Json;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Mapping;

/// <summary>
/// Finds the fields that the names in a document mean, and makes those that the mapping lacks. New ones are held back until the document is
/// known to be good.
/// </summary>
/// <param name="mapping">The index's fields.</param>
/// <param name="id">The document's id, for error messages.</param>
internal sealed class FieldResolver(IndexMapping mapping, Func<string> id)
{
    private readonly List<FieldNode> _added = [];
    private readonly List<FieldNode> _empty = [];
    private int _addedFields;

    /// <summary>Forgets what the last document brought.</summary>
    public void Clear()
    {
        _added.Clear();
        _empty.Clear();
        _addedFields = 0;
    }

    /// <summary>Adds what the document brought to the mapping. False when another document was faster with one of the fields: parse
    /// again.</summary>
    public bool TryCommit() => _added.Count == 0 || mapping.TryAdd(_added);

    /// <summary>Finds the field that a name leads to, or makes it. Null: a stranger under <c>dynamic: false</c>, of which too many are
    /// remembered already.</summary>
    public FieldNode? Resolve(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode parent)
    {
        if (!reader.ValueIsEscaped && parent.Find(reader.ValueSpan) is { } known && IsSettled(known, parent))
        {
            return known;
        }

        var name = DocumentErrors.NameOf(ref reader);

        // A name with escapes is found only now. It must not be added once more: the mapping would refuse it for ever.
        if (reader.ValueIsEscaped && parent.Find(name) is { } unescaped && IsSettled(unescaped, parent))
        {
            return unescaped;
        }

        if (parent.Kind == FieldKind.Ignored)
        {
            return parent.Find(name) ?? mapping.AddPlaceholder(parent, name);
        }

        DocumentErrors.CheckName(name, source, reader.TokenStartIndex);
        if (
            parent == mapping.Root
            && name
                is "_id"
                    or "_source"
                    or "_index"
                    or "_routing"
                    or "_field_names"
                    or "_ignored"
                    or "_seq_no"
                    or "_version"
                    or "_doc_count"
                    or "_tier"
        )
        {
            var value = reader;
            value.Read();
            throw DocumentErrors.MetadataField(source, name, id, ref value).Thrown();
        }

        if (name.Contains('.', StringComparison.Ordinal))
        {
            return ResolveDotted(ref reader, source, parent, name);
        }

        return Own(parent, name) ?? Make(ref reader, source, parent, name);
    }

    /// <summary>Whether a name that was met before means the same again: a stranger may become a field.</summary>
    private static bool IsSettled(FieldNode known, FieldNode parent) =>
        known.Kind != FieldKind.Ignored || parent.Dynamic == DynamicMode.Ignore || parent.Kind == FieldKind.Ignored;

    private FieldNode? ResolveDotted(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode parent, string name)
    {
        if (_added.Find(added => added.Parent == parent && added.Name == name) is { } again)
        {
            return again;
        }

        var parts = name.TrimEnd('.').Split('.');
        var node = parent;
        for (var i = 0; i < parts.Length - 1; i++)
        {
            var next = Own(node, parts[i]);
            if (next is null)
            {
                if (node.Dynamic == DynamicMode.Ignore)
                {
                    return parent.Find(name) ?? mapping.AddPlaceholder(parent, name);
                }

                next = Add(source, reader.TokenStartIndex, node, parts[i], FieldKind.Object);
            }
            else if (next.Kind != FieldKind.Object)
            {
                throw new ElasticError(
                    400,
                    "document_parsing_exception",
                    $"{DocumentErrors.At(source, reader.TokenStartIndex)} failed to parse: Could not dynamically add mapping for field "
                        + $"[{name}]. Existing mapping for [{next.Path}] must be of type object but found [{FieldKinds.NameOf(next.Kind)}]."
                ).Thrown();
            }

            if (next is null or { Kind: FieldKind.Ignored })
            {
                return parent.Find(name) ?? mapping.AddPlaceholder(parent, name);
            }

            node = next;
        }

        var target = Own(node, parts[^1]) ?? Make(ref reader, source, node, parts[^1]);
        if (target is null or { Kind: FieldKind.Ignored })
        {
            return parent.Find(name) ?? mapping.AddPlaceholder(parent, name);
        }

        // Kept with the new fields: the whole name leads straight to its field the next time.
        var alias = new FieldNode(name, parent, FieldKind.Dotted, mapping.NextOrdinal()) { Target = target };
        _added.Add(alias);
        return alias;
    }

    /// <summary>A mapped child, or one that this document brought.</summary>
    private FieldNode? Own(FieldNode parent, string name)
    {
        var known = parent.Find(name);
        if (known is not null && known.Kind != FieldKind.Ignored)
        {
            return known;
        }

        return _added.Find(added => added.Parent == parent && added.Name == name) ?? (parent.Dynamic == DynamicMode.Ignore ? known : null);
    }

    private FieldNode? Make(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode parent, string name)
    {
        switch (parent.Dynamic)
        {
            case DynamicMode.Ignore:
                return mapping.AddPlaceholder(parent, name);
            case DynamicMode.Refuse:
                throw new ElasticError(
                    400,
                    "strict_dynamic_mapping_exception",
                    $"{DocumentErrors.At(source, reader.TokenStartIndex)} mapping set to strict, dynamic introduction of [{name}] within "
                        + $"[{(parent.Path.Length == 0 ? "_doc" : parent.Path)}] is not allowed"
                ).Thrown();
        }

        var value = reader;
        value.Read();
        if (value.TokenType == JsonTokenType.StartArray)
        {
            // An array has the type of its first value, however deep; one of nulls and empty arrays leaves the mapping alone.
            var depth = value.CurrentDepth;
            while (
                value.Read()
                && value.CurrentDepth > depth
                && value.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray or JsonTokenType.Null
            ) { }
        }

        return value.TokenType switch
        {
            JsonTokenType.StartObject => Add(source, value.TokenStartIndex, parent, name, FieldKind.Object),
            JsonTokenType.True or JsonTokenType.False => Add(source, value.TokenStartIndex, parent, name, FieldKind.Boolean),
            JsonTokenType.Number when value.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0 => Add(
                source,
                value.TokenStartIndex,
                parent,
                name,
                FieldKind.Float
            ),
            JsonTokenType.Number => Add(source, value.TokenStartIndex, parent, name, FieldKind.Long),
            JsonTokenType.String
                when mapping.DateDetection && value.ValueSpan.Length >= 7 && DateText.TryParseIso(value.ValueSpan, out _) => Add(
                source,
                value.TokenStartIndex,
                parent,
                name,
                FieldKind.Date
            ),
            JsonTokenType.String => Add(source, value.TokenStartIndex, parent, name, FieldKind.Text),
            _ => Nothing(parent, name),
        };
    }

    /// <summary>A name that comes with no value yet: seen once in this document, but no field.</summary>
    private FieldNode Nothing(FieldNode parent, string name)
    {
        if (EmptyOf(parent, name) is { } again)
        {
            return again;
        }

        var node = new FieldNode(name, parent, FieldKind.Ignored, mapping.NextOrdinal());
        _empty.Add(node);
        return node;
    }

    private FieldNode? EmptyOf(FieldNode parent, string name) => _empty.Find(node => node.Parent == parent && node.Name == name);

    /// <summary>A new field; a placeholder, or null, when there are too many and the index takes the document without it.</summary>
    private FieldNode? Add(ReadOnlySpan<byte> source, long at, FieldNode parent, string name, FieldKind kind)
    {
        // The number of a name that came without a value before: the same name twice in an object is found by it.
        var node = new FieldNode(name, parent, kind, EmptyOf(parent, name)?.Ordinal ?? mapping.NextOrdinal());
        if (mapping.IgnoresBeyondLimit && mapping.FieldCount + _addedFields + (kind == FieldKind.Text ? 2 : 1) > mapping.MaxFields)
        {
            return mapping.AddPlaceholder(parent, name);
        }

        _addedFields++;
        if (kind == FieldKind.Text)
        {
            node.MultiFields =
            [
                new FieldNode("keyword", node, FieldKind.Keyword, mapping.NextOrdinal())
                {
                    IgnoreAbove = 256,
                    Definition = new() { ["ignore_above"] = 256 },
                },
            ];
            _addedFields++;
        }

        if (kind == FieldKind.Object && node.Depth > mapping.MaxDepth - 1)
        {
            throw DocumentErrors
                .Limit(source, at, $"Limit of mapping depth [{mapping.MaxDepth}] has been exceeded due to object field [{node.Path}]")
                .Thrown();
        }

        if (mapping.FieldCount + _addedFields > mapping.MaxFields)
        {
            throw DocumentErrors
                .Limit(
                    source,
                    at,
                    $"Limit of total fields [{mapping.MaxFields}] has been exceeded while adding new fields [{_addedFields}]"
                )
                .Thrown();
        }

        _added.Add(node);
        return node;
    }
}
