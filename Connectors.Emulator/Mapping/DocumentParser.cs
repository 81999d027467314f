using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Mapping;

/// <summary>
/// Checks a document against the mapping in one pass over its bytes: well-formed JSON, no name twice, every value of its field's type. Fields the
/// mapping lacks are gathered and added at the end, all or none. One document at a time; make one per request.
/// </summary>
internal sealed class DocumentParser
{
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 1000 };

    private readonly List<FieldNode> _added = [];
    private long[] _seen = [];
    private long _instance;
    private IndexMapping _mapping = new();
    private readonly byte[] _idBytes = new byte[Documents.DocumentWriter.MaxIdBytes];
    private readonly Func<string> _id;
    private int _idLength;
    private int _addedFields;
    private long? _timestamp;
    private long? _digest;

    public DocumentParser()
    {
        _id = () => Encoding.UTF8.GetString(_idBytes, 0, _idLength);
    }

    /// <summary>Checks <paramref name="source"/> and adds what it brings to the mapping.</summary>
    /// <exception cref="ElasticErrorException">The document is refused; nothing was added.</exception>
    public DocumentFacts Parse(IndexMapping mapping, ReadOnlySpan<byte> source, ReadOnlySpan<byte> id)
    {
        if (!ReferenceEquals(_mapping, mapping))
        {
            _mapping = mapping;
            _seen = [];
        }

        id.CopyTo(_idBytes);
        _idLength = id.Length;
        while (true)
        {
            _added.Clear();
            _addedFields = 0;
            _timestamp = null;
            _digest = null;
            if (_seen.Length < mapping.OrdinalCount)
            {
                Array.Resize(ref _seen, mapping.OrdinalCount + 64);
            }

            ParseRoot(source);
            if (_added.Count == 0 || mapping.TryAdd(_added))
            {
                return new DocumentFacts(_timestamp, _digest);
            }
        }
    }

    private void ParseRoot(ReadOnlySpan<byte> source)
    {
        var reader = new Utf8JsonReader(source, ReaderOptions);
        var rootColumn = 1L;
        try
        {
            if (!Utf8.IsValid(source))
            {
                throw DocumentErrors.Malformed(_id, source, rootColumn, DocumentErrors.InvalidUtf8(source)).Thrown();
            }

            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new ElasticError(400, "document_parsing_exception", "Malformed content, must start with an object").Thrown();
            }

            rootColumn = reader.TokenStartIndex + 2;
            ParseObject(ref reader, source, _mapping.Root);
            if (reader.Read())
            {
                throw DocumentErrors.Malformed(_id, source, rootColumn, "Malformed content, found extra data after parsing: " + reader.TokenType).Thrown();
            }
        }
        catch (JsonException exception)
        {
            throw DocumentErrors.Malformed(source, rootColumn, exception).Thrown();
        }
    }

    private void ParseObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode node)
    {
        var instance = ++_instance;
        var previous = (FieldNode?)null;
        HashSet<string>? strangers = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var guess = previous is null ? node.FirstChild : previous.Follower;
            if (guess is null || reader.ValueIsEscaped || !reader.ValueSpan.SequenceEqual(guess.Utf8Name) || guess.IsDetached || !ReferenceEquals(guess.Parent, node))
            {
                guess = Resolve(ref reader, source, node);
                if (guess is not null && ReferenceEquals(node.Find(guess.Utf8Name), guess))
                {
                    if (previous is null)
                    {
                        node.FirstChild = guess;
                    }
                    else
                    {
                        previous.Follower = guess;
                    }
                }
            }

            if (guess is null)
            {
                strangers ??= new HashSet<string>(StringComparer.Ordinal);
                if (!strangers.Add(reader.GetString()!))
                {
                    throw DocumentErrors.Duplicate(source, reader.GetString()!, reader.TokenStartIndex).Thrown();
                }

                reader.Read();
                reader.Skip();
                continue;
            }

            if (guess.Ordinal >= _seen.Length)
            {
                Array.Resize(ref _seen, guess.Ordinal + 64);
            }

            if (_seen[guess.Ordinal] == instance)
            {
                throw DocumentErrors.Duplicate(source, guess.Name, reader.TokenStartIndex).Thrown();
            }

            _seen[guess.Ordinal] = instance;
            reader.Read();
            previous = guess;
            ParseValue(ref reader, source, guess.Target ?? guess);
        }
    }

    private void ParseValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode node)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    ParseValue(ref reader, source, node);
                }

                break;
            case JsonTokenType.StartObject when node.Kind is FieldKind.Object or FieldKind.Ignored:
                ParseObject(ref reader, source, node);
                break;
            case JsonTokenType.StartObject when node.Kind == FieldKind.Disabled:
                reader.Skip();
                break;
            case JsonTokenType.Null:
                break;
            default:
                if (node.Kind != FieldKind.Ignored)
                {
                    CheckValue(ref reader, source, node);
                }

                break;
        }
    }

    private void CheckValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode node)
    {
        switch (node.Kind)
        {
            case FieldKind.Disabled:
                return;
            case FieldKind.Object:
                throw new ElasticError(
                    400,
                    "document_parsing_exception",
                    $"{DocumentErrors.At(source, reader.TokenStartIndex)} object mapping for [{node.Path}] tried to parse field [{node.Name}] as object, but found a concrete value").Thrown();
            default:
                ValueChecks.Check(ref reader, source, node, _id, out var number);
                if (number is { } value && node.Parent == _mapping.Root)
                {
                    if (node.Kind == FieldKind.Date && node.Name == "_timestamp")
                    {
                        _timestamp ??= value;
                    }
                    else if (node.Kind == FieldKind.Long && node.Name == "_digest")
                    {
                        _digest ??= value;
                    }
                }

                return;
        }
    }

    /// <summary>Finds the field that a name leads to, or makes it. Null: a stranger under <c>dynamic: false</c>, of which too many are remembered already.</summary>
    private FieldNode? Resolve(ref Utf8JsonReader reader, ReadOnlySpan<byte> source, FieldNode parent)
    {
        if (!reader.ValueIsEscaped && parent.Find(reader.ValueSpan) is { } known && (known.Kind != FieldKind.Ignored || parent.Dynamic == DynamicMode.Ignore || parent.Kind == FieldKind.Ignored))
        {
            return known;
        }

        var name = DocumentErrors.NameOf(ref reader);
        if (parent.Kind == FieldKind.Ignored)
        {
            return parent.Find(name) ?? _mapping.AddPlaceholder(parent, name);
        }

        DocumentErrors.CheckName(name, source, reader.TokenStartIndex);
        if (parent == _mapping.Root && name is "_id" or "_source" or "_index" or "_routing" or "_field_names" or "_ignored" or "_seq_no" or "_version" or "_doc_count" or "_tier")
        {
            var value = reader;
            value.Read();
            throw DocumentErrors.MetadataField(source, name, _id, ref value).Thrown();
        }

        if (name.Contains('.', StringComparison.Ordinal))
        {
            return ResolveDotted(ref reader, source, parent, name);
        }

        return Own(parent, name) ?? Make(ref reader, source, parent, name);
    }

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
                    return parent.Find(name) ?? _mapping.AddPlaceholder(parent, name);
                }

                next = Add(source, reader.TokenStartIndex, node, parts[i], FieldKind.Object);
            }
            else if (next.Kind != FieldKind.Object)
            {
                throw new ElasticError(
                    400,
                    "document_parsing_exception",
                    $"{DocumentErrors.At(source, reader.TokenStartIndex)} failed to parse: Could not dynamically add mapping for field [{name}]. Existing mapping for [{next.Path}] must be of type object but found [{FieldKinds.NameOf(next.Kind)}].").Thrown();
            }

            node = next;
        }

        var target = Own(node, parts[^1]) ?? Make(ref reader, source, node, parts[^1]);
        if (target is null or { Kind: FieldKind.Ignored })
        {
            return parent.Find(name) ?? _mapping.AddPlaceholder(parent, name);
        }

        // Kept with the new fields: the whole name leads straight to its field the next time.
        var alias = new FieldNode(name, parent, FieldKind.Dotted, _mapping.NextOrdinal()) { Target = target };
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
                return _mapping.AddPlaceholder(parent, name);
            case DynamicMode.Refuse:
                throw new ElasticError(
                    400,
                    "strict_dynamic_mapping_exception",
                    $"{DocumentErrors.At(source, reader.TokenStartIndex)} mapping set to strict, dynamic introduction of [{name}] within [{(parent.Path.Length == 0 ? "_doc" : parent.Path)}] is not allowed").Thrown();
        }

        var value = reader;
        value.Read();
        while (value.TokenType == JsonTokenType.StartArray)
        {
            // An array has the type of its first value; an empty one, or one of nulls, leaves the mapping alone.
            while (value.Read() && value.TokenType == JsonTokenType.Null)
            {
            }
        }

        return value.TokenType switch
        {
            JsonTokenType.StartObject => Add(source, value.TokenStartIndex, parent, name, FieldKind.Object),
            JsonTokenType.True or JsonTokenType.False => Add(source, value.TokenStartIndex, parent, name, FieldKind.Boolean),
            JsonTokenType.Number when value.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0 => Add(source, value.TokenStartIndex, parent, name, FieldKind.Float),
            JsonTokenType.Number => Add(source, value.TokenStartIndex, parent, name, FieldKind.Long),
            JsonTokenType.String when _mapping.DateDetection && value.ValueSpan.Length >= 7 && DateText.TryParseIso(value.ValueSpan, out _)
                => Add(source, value.TokenStartIndex, parent, name, FieldKind.Date),
            JsonTokenType.String => Add(source, value.TokenStartIndex, parent, name, FieldKind.Text),
            _ => Nothing(parent, name),
        };
    }

    /// <summary>A name that comes with no value yet: seen once in this document, but no field.</summary>
    private FieldNode Nothing(FieldNode parent, string name) => new(name, parent, FieldKind.Ignored, _mapping.NextOrdinal());

    private FieldNode Add(ReadOnlySpan<byte> source, long at, FieldNode parent, string name, FieldKind kind)
    {
        var node = new FieldNode(name, parent, kind, _mapping.NextOrdinal());
        _addedFields++;
        if (kind == FieldKind.Text)
        {
            node.MultiFields =
            [
                new FieldNode("keyword", node, FieldKind.Keyword, _mapping.NextOrdinal()) { IgnoreAbove = 256, Definition = new() { ["ignore_above"] = 256 } },
            ];
            _addedFields++;
        }

        if (kind == FieldKind.Object && node.Depth > _mapping.MaxDepth - 1)
        {
            throw DocumentErrors.Limit(source, at, $"Limit of mapping depth [{_mapping.MaxDepth}] has been exceeded due to object field [{node.Path}]").Thrown();
        }

        if (_mapping.FieldCount + _addedFields > _mapping.MaxFields)
        {
            throw DocumentErrors.Limit(source, at, $"Limit of total fields [{_mapping.MaxFields}] has been exceeded while adding new fields [{_addedFields}]").Thrown();
        }

        _added.Add(node);
        return node;
    }
}
