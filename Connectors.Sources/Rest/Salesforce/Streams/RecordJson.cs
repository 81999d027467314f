using System.Text.Json;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.Salesforce.Streams;

/// <summary>Writes records as the Python service has them in documents.</summary>
internal static class RecordJson
{
    /// <summary>Writes the fields of a record into the object that is being written.</summary>
    public static void Write(Utf8JsonWriter json, JsonElement record, string id, RecordAdditions additions)
    {
        foreach (var field in record.EnumerateObject())
        {
            if (!field.NameEquals("url") && !additions.Lookups.Any(lookup => field.NameEquals(lookup.Field)))
            {
                JsonValues.WriteName(json, field.Name);
                WriteValue(json, field.Value, id, additions);
            }
        }

        foreach (var lookup in additions.Lookups)
        {
            json.WritePropertyName(lookup.Field);
            if (record.Text(lookup.IdField) is { } other && additions.Found.TryGetValue(other, out var found))
            {
                JsonValues.Write(json, found);
            }
            else
            {
                json.WriteStartObject();
                json.WriteEndObject();
            }
        }

        if (additions.Feeds is { } feeds)
        {
            WriteFeed(json, feeds[id], additions);
        }
    }

    private static void WriteFeed(Utf8JsonWriter json, IEnumerable<JsonElement> posts, RecordAdditions additions)
    {
        json.WritePropertyName("Feeds");
        if (!posts.Any())
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartArray();
        foreach (var post in posts)
        {
            WriteRecord(json, post, id: string.Empty, additions);
        }

        json.WriteEndArray();
    }

    /// <summary>
    /// Writes a value. Records below a record come with those of further pages, and without the address of these, which is another one at
    /// each sync; a file says which record it is linked to.
    /// </summary>
    private static void WriteValue(Utf8JsonWriter json, JsonElement value, string id, RecordAdditions additions)
    {
        if (!SubqueryPages.IsResult(value))
        {
            JsonValues.Write(json, value);
            return;
        }

        var more = SubqueryPages.AddressOf(value) is { } next ? additions.Below.GetValueOrDefault(next) : null;
        json.WriteStartObject();
        foreach (var part in value.EnumerateObject().Where(part => !part.NameEquals("records") && !part.NameEquals("nextRecordsUrl")))
        {
            json.WritePropertyName(part.Name);
            if (more is not null && part.NameEquals("done"))
            {
                json.WriteBooleanValue(true);
            }
            else
            {
                JsonValues.Write(json, part.Value);
            }
        }

        json.WriteStartArray("records");
        foreach (var record in value.Items("records").Concat(more ?? []))
        {
            WriteRecord(json, record, id, additions);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRecord(Utf8JsonWriter json, JsonElement record, string id, RecordAdditions additions)
    {
        json.WriteStartObject();
        foreach (var field in record.EnumerateObject())
        {
            json.WritePropertyName(field.Name);
            if (field.NameEquals("ContentDocument") && field.Value.ValueKind == JsonValueKind.Object)
            {
                WriteFile(json, field.Value, id);
            }
            else
            {
                WriteValue(json, field.Value, id, additions);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteFile(Utf8JsonWriter json, JsonElement file, string id)
    {
        json.WriteStartObject();
        foreach (var field in file.EnumerateObject())
        {
            json.WritePropertyName(field.Name);
            JsonValues.Write(json, field.Value);
        }

        json.WriteString("linked_sobject_id", id);
        json.WriteEndObject();
    }
}
