using System.Text.Json;

namespace Connectors.Emulator.Mapping;

/// <summary>Writes a mapping as <c>GET _mapping</c> shows it: fields in the order of their names.</summary>
internal static class MappingWriter
{
    public static void Write(Utf8JsonWriter json, IndexMapping mapping)
    {
        json.WriteStartObject();
        if (mapping.HasDynamic)
        {
            json.WriteString("dynamic", NameOf(mapping.Root.Dynamic));
        }

        if (mapping.Meta is not null)
        {
            json.WritePropertyName("_meta");
            mapping.Meta.WriteTo(json);
        }

        if (!mapping.DateDetection)
        {
            json.WriteBoolean("date_detection", false);
        }

        WriteProperties(json, mapping.Root);
        json.WriteEndObject();
    }

    private static void WriteProperties(Utf8JsonWriter json, FieldNode parent)
    {
        var children = parent.Children.Where(child => child.IsReal).OrderBy(child => child.Name, StringComparer.Ordinal).ToList();
        if (children.Count == 0)
        {
            return;
        }

        json.WriteStartObject("properties");
        foreach (var child in children)
        {
            WriteField(json, child);
        }

        json.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter json, FieldNode node)
    {
        json.WriteStartObject(node.Name);
        var hasChildren = node.Children.Any(child => child.IsReal);
        if (node.Kind != FieldKind.Object || !hasChildren)
        {
            json.WriteString("type", FieldKinds.NameOf(node.Kind));
        }

        if (node.OwnDynamic is { } dynamic)
        {
            json.WriteString("dynamic", NameOf(dynamic));
        }

        foreach (var (key, value) in node.Definition)
        {
            json.WritePropertyName(key);
            if (value is null)
            {
                json.WriteNullValue();
            }
            else
            {
                value.WriteTo(json);
            }
        }

        if (node.MultiFields is { Count: > 0 } fields)
        {
            json.WriteStartObject("fields");
            fields.ForEach(field => WriteField(json, field));
            json.WriteEndObject();
        }

        WriteProperties(json, node);
        json.WriteEndObject();
    }

    private static string NameOf(DynamicMode mode) =>
        mode switch
        {
            DynamicMode.Add => "true",
            DynamicMode.Ignore => "false",
            _ => "strict",
        };
}
