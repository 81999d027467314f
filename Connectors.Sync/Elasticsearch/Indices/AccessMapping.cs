using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sync.Elasticsearch.Indices;

/// <summary>
/// The mapping of <c>_allow_access_control</c>. For the protocol's query a field that is not mapped, not indexed or ignored does not exist,
/// so the query returns the document. Pure.
/// </summary>
internal static class AccessMapping
{
    /// <summary>The field, under every name that old and new queries of the protocol use.</summary>
    public static JsonObject Fields() =>
        new()
        {
            [AccessControl.FieldName] = new JsonObject
            {
                ["type"] = "keyword",
                ["fields"] = new JsonObject
                {
                    ["enum"] = new JsonObject { ["type"] = "keyword" },
                    ["keyword"] = new JsonObject { ["type"] = "keyword" },
                },
            },
        };

    /// <summary>Whether the field has to be added.</summary>
    /// <exception cref="ConnectorException">It exists and is mapped wrongly.</exception>
    public static bool Check(string index, JsonObject mappings)
    {
        if ((mappings["properties"] as JsonObject)?[AccessControl.FieldName] is not JsonObject field)
        {
            return true;
        }

        var subfields = field["fields"] as JsonObject;
        var isUsable = IsKept(field) && (IsCompared(subfields?["enum"]) || IsCompared(subfields?["keyword"]));
        return isUsable
            ? false
            : throw new ConnectorException(
                $"The field '{AccessControl.FieldName}' of index '{index}' is mapped in a way that can't hold access lists. "
                    + "It must be of type keyword or text, indexed, with a sub-field 'enum' or 'keyword' of type keyword. Attach a new "
                    + "index to the connector, or delete this one and sync again."
            );
    }

    /// <summary>Whether a document with a value counts as one that has the field.</summary>
    private static bool IsKept(JsonObject field) =>
        field["type"]?.ToString() switch
        {
            "keyword" => IsCompared(field)
                && (
                    field["ignore_above"] is not { } limit
                    || (int.TryParse(limit.ToString(), out var most) && most >= AccessControl.MaxValueBytes)
                ),
            "text" => field["index"]?.ToString() is not "false",
            _ => false,
        };

    private static bool IsCompared(JsonNode? field) =>
        field is JsonObject known && known["type"]?.ToString() == "keyword" && known["index"]?.ToString() is not "false";
}
