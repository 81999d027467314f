using System.Text.Json;
using Connectors.Emulator.Indices;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Search;

/// <summary>A document that a query looks at. Its source is parsed at the first need, once.</summary>
internal sealed class Candidate(EmulatedIndex index, StoredDocument document, long shardDoc) : IDisposable
{
    private JsonDocument? _json;

    public EmulatedIndex Index => index;

    public StoredDocument Document => document;

    /// <summary>Its place in the order of <c>_shard_doc</c>.</summary>
    public long ShardDoc => shardDoc;

    public JsonElement Root =>
        (_json ??= JsonDocument.Parse(document.SourceMemory, new JsonDocumentOptions { MaxDepth = 1000 })).RootElement;

    /// <summary>All values at a path, arrays flattened, nulls left out.</summary>
    public List<JsonElement> Values(string path) => Collect(Root, path);

    /// <summary>All values of a document at a path, arrays flattened, nulls left out.</summary>
    public static List<JsonElement> Collect(JsonElement root, string path)
    {
        var values = new List<JsonElement>();
        Collect(root, path, values);
        return values;
    }

    /// <summary>The values of a mapped field; those of a sub-field are its parent's.</summary>
    public List<JsonElement> Values(FieldNode field)
    {
        var own = field.Parent is { MultiFields: { } fields } parent && fields.Contains(field) ? parent.Path : field.Path;
        var values = Values(own);
        foreach (var copied in index.Mapping.CopiedTo(own))
        {
            Collect(Root, copied, values);
        }

        return values;
    }

    public void Dispose() => _json?.Dispose();

    private static void Collect(JsonElement element, string path, List<JsonElement> values)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Collect(item, path, values);
                }

                break;
            case JsonValueKind.Null:
                break;
            case var _ when path.Length == 0:
                values.Add(element);
                break;
            case JsonValueKind.Object:
                // A name may itself hold dots: {"a.b": 1} and {"a": {"b": 1}} are the same field.
                for (var dot = path.IndexOf('.', StringComparison.Ordinal); ; dot = path.IndexOf('.', dot + 1))
                {
                    var name = dot < 0 ? path : path[..dot];
                    if (element.TryGetProperty(name, out var inner))
                    {
                        Collect(inner, dot < 0 ? "" : path[(dot + 1)..], values);
                    }

                    if (dot < 0)
                    {
                        break;
                    }
                }

                break;
        }
    }
}
