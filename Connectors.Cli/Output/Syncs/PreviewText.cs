using System.Text;
using System.Text.Json;

namespace Connectors.Cli.Output.Syncs;

/// <summary>A document for people: its JSON, with long texts cut.</summary>
internal static class PreviewText
{
    /// <summary>Renders it.</summary>
    /// <param name="json">One JSON object.</param>
    /// <param name="maxText">Characters that are shown of a text; 0 for all.</param>
    /// <param name="isIndented">Whether it takes many lines.</param>
    public static string Render(string json, int maxText, bool isIndented)
    {
        using var document = JsonDocument.Parse(json);
        using var stream = new MemoryStream();
        using (
            var writer = new Utf8JsonWriter(
                stream,
                new JsonWriterOptions
                {
                    Indented = isIndented,
                    Encoder = JsonLine.Options.Encoder,
                    NewLine = "\n",
                }
            )
        )
        {
            Write(writer, document.RootElement, maxText);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    // Not by way of JsonNode: a source's object may say a name twice, and then Elasticsearch should be the one to complain.
    private static void Write(Utf8JsonWriter writer, JsonElement value, int maxText)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, member.Name is "id" or "_timestamp" ? 0 : maxText);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(writer, item, maxText);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Cut(value.GetString()!, maxText));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static string Cut(string text, int maxText)
    {
        if (maxText == 0 || text.Length <= maxText)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[maxText - 1]) ? maxText - 1 : maxText;
        return $"{text[..end]}... ({SyncPace.Number(text.Length)} characters)";
    }
}
