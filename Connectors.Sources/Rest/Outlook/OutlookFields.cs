using System.Globalization;
using System.Text.Json;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.Outlook;

/// <summary>Values of Graph in the form that Exchange Web Services gave them.</summary>
internal static class OutlookFields
{
    /// <summary>The mail address of each of a list of recipients.</summary>
    public static DocumentField Addresses(string name, string list) => DocumentField.Each(name, [list], "emailAddress", "address");

    /// <summary>A word with a capital: <c>Normal</c> for <c>normal</c>.</summary>
    public static DocumentField Word(string name) =>
        DocumentField.Made(name, (json, item) =>
            json.WriteStringValue(item.Text(name) is { } word ? char.ToUpperInvariant(word[0]) + word[1..] : null)
        );

    /// <summary>A list of texts, empty when there is none.</summary>
    public static DocumentField Texts(string name, params string[] lists) => DocumentField.Made(name, (json, item) =>
        {
            json.WriteStartArray();
            foreach (var list in lists)
            {
                if (item.Find(list) is { ValueKind: JsonValueKind.Array } texts)
                {
                    foreach (var text in texts.EnumerateArray().Where(text => text.ValueKind == JsonValueKind.String))
                    {
                        json.WriteStringValue(text.GetString());
                    }
                }
                else if (item.Text(list) is { } text)
                {
                    json.WriteStringValue(text);
                }
            }

            json.WriteEndArray();
        });

    /// <summary>A body as text, whether it came as HTML or not; null when there is none.</summary>
    public static DocumentField Body(string name) => DocumentField.Made(name, (json, item) =>
        {
            var content = item.Text("body", "content")?.Trim();
            json.WriteStringValue(
                string.IsNullOrEmpty(content) ? null
                : string.Equals(item.Text("body", "contentType"), "html", StringComparison.OrdinalIgnoreCase) ? HtmlText.Of(content)
                : content
            );
        });

    /// <summary>A time with its zone, as a time in UTC, to the second.</summary>
    public static DocumentField Time(string name, params string[] path) =>
        DocumentField.Made(name, (json, item) => json.WriteStringValue(TimeOf(item.Find(path), "yyyy-MM-dd'T'HH:mm:ss'Z'")));

    /// <summary>The day of a time.</summary>
    public static DocumentField Day(string name, params string[] path) =>
        DocumentField.Made(name, (json, item) => json.WriteStringValue(TimeOf(item.Find(path), "yyyy-MM-dd")));

    /// <summary>Graph writes <c>{"dateTime": "2024-06-03T22:30:00.0000000", "timeZone": "UTC"}</c>, always in UTC here.</summary>
    private static string? TimeOf(JsonElement? value, string format) =>
        RestTime
            .Of(value?.ValueKind == JsonValueKind.Object ? value.Value.Find("dateTime") : value)
            ?.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
}
