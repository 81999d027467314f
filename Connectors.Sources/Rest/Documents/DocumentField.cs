using System.Text.Json;

namespace Connectors.Sources.Rest.Documents;

/// <summary>One field of a document.</summary>
/// <param name="name">Its name in the document.</param>
/// <param name="path">The names that lead to it in the item.</param>
/// <param name="write">Writes the value, which is there.</param>
/// <param name="missing">What is written when there is none, as JSON; <see langword="null"/> to leave the field out.</param>
internal sealed class DocumentField(string name, string[] path, Action<Utf8JsonWriter, JsonElement> write, string? missing = null)
{
    /// <summary>Its name in the document.</summary>
    public string Name => name;

    /// <summary>A value as it is, null when it is missing.</summary>
    /// <param name="name">Its name in the document.</param>
    /// <param name="path">The names that lead to it in the item; none when it has the same name there.</param>
    public static DocumentField Value(string name, params string[] path) =>
        new(name, path.Length == 0 ? [name] : path, JsonValues.Write, "null");

    /// <summary>A value as it is, left out when it is missing or null.</summary>
    public static DocumentField IfThere(string name, params string[] path) => new(name, path.Length == 0 ? [name] : path, JsonValues.Write);

    /// <summary>A time, written as ISO 8601 in UTC; what is no time is written as it is.</summary>
    public static DocumentField Time(string name, params string[] path) => new(name, path.Length == 0 ? [name] : path, WriteTime, "null");

    /// <summary>The text of HTML.</summary>
    public static DocumentField Html(string name, params string[] path) => new(name, path.Length == 0 ? [name] : path, WriteHtml, "null");

    /// <summary>A list of one value of each item of a list: the <c>login</c> of each assignee. Empty when there is no list.</summary>
    /// <param name="name">Its name in the document.</param>
    /// <param name="list">The names that lead to the list.</param>
    /// <param name="path">The names that lead to the value in an item of it.</param>
    public static DocumentField Each(string name, string[] list, params string[] path) =>
        new(
            name,
            list,
            (json, items) =>
            {
                json.WriteStartArray();
                foreach (var item in items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : default)
                {
                    if (item.Find(path) is { } value)
                    {
                        JsonValues.Write(json, value);
                    }
                }

                json.WriteEndArray();
            },
            "[]"
        );

    /// <summary>Leaves the item's field of this name out.</summary>
    public static DocumentField LeftOut(string name) => new(name, [name, "\0"], (_, _) => { });

    /// <summary>Always the same text.</summary>
    public static DocumentField Constant(string name, string text) => new(name, [], (json, _) => json.WriteStringValue(text));

    /// <summary>Whatever the function writes: exactly one value.</summary>
    public static DocumentField Made(string name, Action<Utf8JsonWriter, JsonElement> write) => new(name, [], write);

    /// <summary>Writes name and value.</summary>
    public void Write(Utf8JsonWriter json, JsonElement item)
    {
        if (item.Find(path) is { } value)
        {
            JsonValues.WriteName(json, name);
            write(json, value);
        }
        else if (missing is not null)
        {
            JsonValues.WriteName(json, name);
            json.WriteRawValue(missing);
        }
    }

    private static void WriteTime(Utf8JsonWriter json, JsonElement value)
    {
        if (RestTime.Of(value) is { } time)
        {
            json.WriteStringValue(RestTime.Text(time));
        }
        else
        {
            JsonValues.Write(json, value);
        }
    }

    private static void WriteHtml(Utf8JsonWriter json, JsonElement value) =>
        json.WriteStringValue(value.ValueKind == JsonValueKind.String ? HtmlText.Of(value.GetString()!) : string.Empty);
}
