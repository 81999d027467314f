using System.Text.Json;

namespace Connectors.Sources.Rest.Documents;

/// <summary>
/// Which parts of a service's JSON become a document's fields, declared once. Values go over byte by byte; only what has to change is
/// read. A reserved name at the top gets an underscore. Immutable, safe for concurrent use.
/// </summary>
internal sealed class DocumentFields
{
    private readonly IReadOnlyList<DocumentField> _fields;
    private readonly bool _keepsOthers;
    private readonly bool _keepsEmpty;

    private DocumentFields(IReadOnlyList<DocumentField> fields, bool keepsOthers, bool keepsEmpty) =>
        (_fields, _keepsOthers, _keepsEmpty) = (fields, keepsOthers, keepsEmpty);

    /// <summary>All fields of the item, as they are.</summary>
    public static DocumentFields All { get; } = new([], keepsOthers: true, keepsEmpty: true);

    /// <summary>All fields but those that are null or an empty text.</summary>
    public static DocumentFields AllFilled { get; } = new([], keepsOthers: true, keepsEmpty: false);

    /// <summary>These fields, in this order.</summary>
    public static DocumentFields Of(params DocumentField[] fields) => new(fields, keepsOthers: false, keepsEmpty: true);

    /// <summary>The same and these, which take the place of the item's fields of the same name.</summary>
    public DocumentFields With(params DocumentField[] fields) => new([.. _fields, .. fields], _keepsOthers, _keepsEmpty);

    /// <summary>Writes the fields into the object that is being written.</summary>
    public void Write(Utf8JsonWriter json, JsonElement item)
    {
        foreach (var field in _fields)
        {
            field.Write(json, item);
        }

        if (!_keepsOthers)
        {
            return;
        }

        foreach (var property in item.EnumerateObject())
        {
            if ((_keepsEmpty || !IsEmpty(property.Value)) && !_fields.Any(field => property.NameEquals(field.Name)))
            {
                JsonValues.WriteName(json, property.Name);
                JsonValues.Write(json, property.Value);
            }
        }
    }

    private static bool IsEmpty(JsonElement value) =>
        value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8));
}
