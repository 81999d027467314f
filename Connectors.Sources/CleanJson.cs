using System.Globalization;
using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sources;

/// <summary>
/// Writes a source's JSON into a body. Copies it except for what Elasticsearch rejects: blank names get an underscore, of two fields with
/// the same name the last one counts, and a number beyond a double becomes a text.
/// </summary>
internal static class CleanJson
{
    private const int Deepest = 200;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Deepest };

    /// <summary>Writes <paramref name="text"/> as JSON, or as a text when it is none, or nested too deeply, or holds half a
    /// character.</summary>
    public static void Write(Utf8JsonWriter json, string text)
    {
        using var converted = new PooledBuffer(Math.Max(text.Length, 256));
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            using var inner = new Utf8JsonWriter(converted, JsonBodies.WriterOptions);
            WriteElement(inner, document.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or ArgumentException)
        {
            json.WriteStringValue(text);
            return;
        }

        json.WriteRawValue(converted.WrittenSpan, skipInputValidation: true);
    }

    /// <summary>Writes an array of texts, perhaps nested, each as <paramref name="element"/> says.</summary>
    public static void WriteList(Utf8JsonWriter json, string text, Action<Utf8JsonWriter, string> element)
    {
        using var document = JsonDocument.Parse(text, Options);
        WriteItems(document.RootElement);

        void WriteItems(JsonElement item)
        {
            switch (item.ValueKind)
            {
                case JsonValueKind.Array:
                    json.WriteStartArray();
                    foreach (var one in item.EnumerateArray())
                    {
                        WriteItems(one);
                    }

                    json.WriteEndArray();
                    break;
                case JsonValueKind.String:
                    element(json, item.GetString()!);
                    break;
                default:
                    item.WriteTo(json);
                    break;
            }
        }
    }

    /// <summary>Whether a JSON number is more than a double can hold.</summary>
    private static bool IsBeyondDouble(string number) =>
        !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || double.IsInfinity(value);

    private static void WriteElement(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(json, value);
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    WriteElement(json, item);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.Number when IsBeyondDouble(value.GetRawText()):
                json.WriteStringValue(value.GetRawText());
                break;
            case JsonValueKind.String:
                // GetString refuses half a surrogate pair, where WriteTo would pass it on.
                json.WriteStringValue(value.GetString());
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter json, JsonElement value)
    {
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in value.EnumerateObject())
        {
            fields[field.Name] = field.Value;
        }

        var names = FieldNames.Unique(fields.Keys, isTop: false);
        json.WriteStartObject();
        foreach (var (name, field) in names.Zip(fields.Values))
        {
            json.WritePropertyName(name);
            WriteElement(json, field);
        }

        json.WriteEndObject();
    }
}
