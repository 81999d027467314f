using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.GitLab;

/// <summary>Writes what documents have in common.</summary>
internal static class Fields
{
    /// <summary>A value as it came; null when there is none.</summary>
    public static void Value(Utf8JsonWriter json, string name, JsonElement? value)
    {
        json.WritePropertyName(name);
        if (value is { } some)
        {
            JsonValues.Write(json, some);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    /// <summary>GitLab's number within a project or group, which comes as text.</summary>
    public static void Number(Utf8JsonWriter json, string name, JsonElement item) => json.WriteNumber(name, NumberOf(item));

    /// <summary>The number within a project or group.</summary>
    /// <exception cref="ConnectorException">There is none.</exception>
    public static long NumberOf(JsonElement item) =>
        item.Number("iid") is >= 0 and var number
            ? number
            : throw new ConnectorException("GitLab gave an issue, epic or merge request without its number, so it can't be told apart.");

    /// <summary>The author's user name and name.</summary>
    public static void Author(Utf8JsonWriter json, JsonElement item)
    {
        Value(json, "author", item.Find("author", "username"));
        Value(json, "author_name", item.Find("author", "name"));
    }

    /// <summary>One value of each entry.</summary>
    public static void Each(Utf8JsonWriter json, string name, IEnumerable<JsonElement> entries, string value)
    {
        json.WriteStartArray(name);
        foreach (var some in entries.Select(entry => entry.Find(value)).OfType<JsonElement>())
        {
            JsonValues.Write(json, some);
        }

        json.WriteEndArray();
    }
}
