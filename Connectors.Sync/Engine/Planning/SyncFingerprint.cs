using System.IO.Hashing;
using System.Text;
using System.Text.Json.Nodes;

namespace Connectors.Sync.Engine.Planning;

/// <summary>A hash of everything that shapes documents: a change of it causes every document to be compared and written again.</summary>
internal static class SyncFingerprint
{
    /// <summary>The fingerprint of <paramref name="parts"/>, in order; values of objects are taken in the order of their names. A part may
    /// hold secrets: only the 128-bit hash is kept.</summary>
    public static string Of(params IEnumerable<JsonNode?> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            Append(text, part);
            text.Append('\n');
        }

        return Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static void Append(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject values:
                text.Append('{');
                foreach (var (name, value) in values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    text.Append(JsonValue.Create(name).ToJsonString()).Append(':');
                    Append(text, value);
                    text.Append(',');
                }

                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');
                foreach (var item in items)
                {
                    Append(text, item);
                    text.Append(',');
                }

                text.Append(']');
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }
}
