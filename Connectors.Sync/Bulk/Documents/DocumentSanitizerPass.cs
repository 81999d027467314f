using System.Buffers;
using System.Text;
using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sync.Bulk.Documents;

/// <summary>
/// Sanitizes one body. Compares fields by their paths, as Elasticsearch does: <c>{"a.b":1}</c> and <c>{"a":{"b":1}}</c> are the same field.
/// A path holds either values or objects; of two fields in conflict the one without dots keeps its name, otherwise the first one.
/// </summary>
internal sealed class DocumentSanitizerPass
{
    private readonly Dictionary<string, FieldShape> _shapes = new(StringComparer.Ordinal);
    private bool _isChanged;

    /// <summary>The sanitized body, or <see langword="null"/> when nothing had to change.</summary>
    public byte[]? Sanitize(JsonElement root)
    {
        Collect(root, string.Empty, 0);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonBodies.WriterOptions))
        {
            WriteObject(json, root, string.Empty, 0);
        }

        return _isChanged ? buffer.WrittenSpan.ToArray() : null;
    }

    /// <summary>Collects the fields without dots in their names, at this level and below.</summary>
    private void Collect(JsonElement owner, string path, int depth)
    {
        foreach (var field in owner.EnumerateObject())
        {
            var name = FieldNames.WithoutBlankParts(field.Name).TrimEnd('.');
            var shape = ShapeOf(field.Value, depth + 1);
            if (
                !name.Contains('.', StringComparison.Ordinal)
                && shape != FieldShape.None
                && _shapes.TryAdd(Join(path, name), shape)
                && shape == FieldShape.Object
            )
            {
                foreach (var item in Objects(field.Value))
                {
                    Collect(item, Join(path, name), depth + 1);
                }
            }
        }
    }

    private void WriteObject(Utf8JsonWriter json, JsonElement owner, string path, int depth)
    {
        json.WriteStartObject();
        HashSet<string> names = new(StringComparer.Ordinal),
            given = new(StringComparer.Ordinal);
        foreach (var field in owner.EnumerateObject())
        {
            names.Add(field.Name);
        }

        foreach (var field in owner.EnumerateObject())
        {
            if (Choose(field, path, depth, names, given) is not { } name)
            {
                // Of two fields with the same name the first one counts.
                _isChanged = true;
                continue;
            }

            _isChanged |= name != field.Name;
            json.WritePropertyName(name);
            WriteValue(json, field.Value, Join(path, name.TrimEnd('.')), depth + Levels(name), ShapeOf(field.Value, depth + Levels(name)));
        }

        json.WriteEndObject();
    }

    /// <summary>The name for a field; <see langword="null"/> when an earlier field has the same name.</summary>
    private string? Choose(JsonProperty field, string path, int depth, HashSet<string> names, HashSet<string> given)
    {
        var name = FieldNames.WithoutBlankParts(field.Name);
        if (Disagrees(path, name, ShapeOf(field.Value, depth + Levels(name))))
        {
            name = name.TrimEnd('.').Replace('.', '_');
            while (Disagrees(path, name, ShapeOf(field.Value, depth + 1)))
            {
                name += "_";
            }
        }

        if (name == field.Name)
        {
            if (!given.Add(name))
            {
                return null;
            }
        }
        else
        {
            while (names.Contains(name) || (path.Length == 0 && ReservedFields.Contains(Encoding.UTF8.GetBytes(name))) || !given.Add(name))
            {
                name += "_";
            }
        }

        Note(path, name, ShapeOf(field.Value, depth + Levels(name)));
        return name;
    }

    private void WriteValue(Utf8JsonWriter json, JsonElement value, string path, int depth, FieldShape shape)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when shape == FieldShape.Object:
                WriteObject(json, value, path, depth);
                break;
            case JsonValueKind.Object:
                json.WriteStringValue(value.GetRawText());
                _isChanged = true;
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    WriteValue(json, item, path, depth, shape);
                }

                json.WriteEndArray();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    /// <summary>Whether a field would turn a path into both a value and an object.</summary>
    private bool Disagrees(string path, string name, FieldShape shape)
    {
        if (shape == FieldShape.None)
        {
            return false;
        }

        var trimmed = name.TrimEnd('.');
        for (var dot = trimmed.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = trimmed.IndexOf('.', dot + 1))
        {
            if (_shapes.GetValueOrDefault(Join(path, trimmed[..dot])) == FieldShape.Value)
            {
                return true;
            }
        }

        var known = _shapes.GetValueOrDefault(Join(path, trimmed));
        return known != FieldShape.None && known != shape;
    }

    private void Note(string path, string name, FieldShape shape)
    {
        if (shape == FieldShape.None)
        {
            return;
        }

        var trimmed = name.TrimEnd('.');
        for (var dot = trimmed.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = trimmed.IndexOf('.', dot + 1))
        {
            _shapes[Join(path, trimmed[..dot])] = FieldShape.Object;
        }

        _shapes[Join(path, trimmed)] = shape;
    }

    /// <summary>
    /// The shape that Elasticsearch maps a value to; an array has the shape of its elements. Objects that are nested too deeply, or mixed
    /// with values in an array, are written as text.
    /// </summary>
    private static FieldShape ShapeOf(JsonElement value, int depth)
    {
        var (objects, values) = Contents(value);
        return values || (objects && depth >= DocumentSanitizer.MaxDepth) ? FieldShape.Value
            : objects ? FieldShape.Object
            : FieldShape.None;
    }

    private static (bool Objects, bool Values) Contents(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return (false, false);
            case JsonValueKind.Object:
                return (true, false);
            case JsonValueKind.Array:
                var (objects, values) = (false, false);
                foreach (var item in value.EnumerateArray())
                {
                    var inner = Contents(item);
                    (objects, values) = (objects | inner.Objects, values | inner.Values);
                }

                return (objects, values);
            default:
                return (false, true);
        }
    }

    private static IEnumerable<JsonElement> Objects(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => [value],
            JsonValueKind.Array => value.EnumerateArray().SelectMany(Objects),
            _ => [],
        };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static int Levels(string name) => 1 + name.AsSpan().TrimEnd('.').Count('.');

    private enum FieldShape
    {
        /// <summary>Nothing is mapped: null, or an empty array.</summary>
        None,

        /// <summary>Text, a number, true or false.</summary>
        Value,

        /// <summary>Fields below.</summary>
        Object,
    }
}
