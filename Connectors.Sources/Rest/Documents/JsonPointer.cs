using System.Globalization;
using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Documents;

/// <summary>A place in a JSON document, as RFC 6901 writes it: <c>/data/items</c>, <c>/links/0/href</c>; empty for the whole.</summary>
internal sealed class JsonPointer
{
    private readonly string _text;
    private readonly string[] _parts;

    private JsonPointer(string text, string[] parts) => (_text, _parts) = (text, parts);

    /// <param name="field">The field's name, for the message.</param>
    /// <param name="text">The pointer.</param>
    /// <exception cref="ConnectorException">It is none.</exception>
    public static JsonPointer Parse(string field, string text) =>
        text.Length == 0 || text[0] == '/'
            ? new JsonPointer(
                text,
                [
                    .. text.Split('/')
                        .Skip(1)
                        .Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)),
                ]
            )
            : throw new ConnectorException(
                $"{field}: '{text}' is no JSON pointer. Begin with a slash, for example /data/items; leave it empty for the whole answer."
            );

    /// <summary>What stands there, or <see langword="null"/> when there is nothing.</summary>
    public JsonElement? Find(JsonElement from)
    {
        foreach (var part in _parts)
        {
            if (from.ValueKind == JsonValueKind.Object && from.TryGetProperty(part, out var property))
            {
                from = property;
            }
            else if (
                from.ValueKind == JsonValueKind.Array
                && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && index < from.GetArrayLength()
            )
            {
                from = from[index];
            }
            else
            {
                return null;
            }
        }

        return from;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.Length == 0 ? "the whole answer" : $"'{_text}'";
}
