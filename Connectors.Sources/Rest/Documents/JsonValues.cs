using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Documents;

/// <summary>Reads a service's JSON, and hands its bytes on.</summary>
internal static class JsonValues
{
    /// <summary>The value that names lead to; <see langword="null"/> when one is missing, or when the value is null.</summary>
    public static JsonElement? Find(this JsonElement from, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out from))
            {
                return null;
            }
        }

        return from.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : from;
    }

    /// <summary>The text, number or truth value there, as text; <see langword="null"/> when there is none, or an empty one.</summary>
    public static string? Text(this JsonElement from, params ReadOnlySpan<string> path) =>
        from.Find(path) switch
        {
            { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } some ? some : null,
            { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } value => value.GetRawText(),
            _ => null,
        };

    /// <summary>The text there.</summary>
    /// <param name="from">The item.</param>
    /// <param name="what">What the item is, for the message: <c>an issue of GitHub</c>.</param>
    /// <param name="path">The names that lead to it.</param>
    /// <exception cref="ConnectorException">There is none.</exception>
    public static string RequiredText(this JsonElement from, string what, params ReadOnlySpan<string> path) =>
        from.Text(path)
        ?? throw new ConnectorException($"{what} came without {string.Join('.', path.ToArray())}, so it can't be told apart.");

    /// <summary>The whole number there, also one in quotes; -1 when there is none.</summary>
    public static long Number(this JsonElement from, params ReadOnlySpan<string> path) =>
        long.TryParse(from.Text(path), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : -1;

    /// <summary>The items of the array there; none when there is no array.</summary>
    public static JsonElement.ArrayEnumerator Items(this JsonElement from, params ReadOnlySpan<string> path) =>
        from.Find(path) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : default;

    /// <summary>Writes a value as the very bytes that came, unless they are laid out in lines.</summary>
    public static void Write(Utf8JsonWriter json, JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        if (raw.ContainsAny((byte)'\n', (byte)'\r'))
        {
            value.WriteTo(json);
        }
        else
        {
            json.WriteRawValue(raw, skipInputValidation: true);
        }
    }

    /// <summary>Writes a name at the top of a body: with an underscore when it is reserved.</summary>
    public static void WriteName(Utf8JsonWriter json, string name) =>
        json.WritePropertyName(ReservedFields.Contains(Encoding.UTF8.GetBytes(name)) ? name + "_" : name);
}
