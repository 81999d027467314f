using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Connectors.Abstractions;

/// <summary>
/// The values of a connector's configuration fields: what the user entered, or the field's default. The readers convert leniently, as
/// Kibana stores numbers and booleans as text now and then, and name the field when they can't.
/// </summary>
public sealed class SourceSettings
{
    private readonly IReadOnlyDictionary<string, JsonNode?> _values;

    /// <summary>Whether there is a value, or none, of every field that the source declares.</summary>
    private readonly bool _isWhole;

    /// <summary>Settings from values by field name.</summary>
    public SourceSettings(IReadOnlyDictionary<string, JsonNode?> values)
        : this(values, isWhole: false) { }

    private SourceSettings(IReadOnlyDictionary<string, JsonNode?> values, bool isWhole) => (_values, _isWhole) = (values, isWhole);

    /// <summary>No settings at all.</summary>
    public static SourceSettings Empty { get; } = new(new Dictionary<string, JsonNode?>(StringComparer.Ordinal));

    /// <summary>Names of the fields that have a value.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>Settings of a source with <paramref name="fields"/> from a connector's <c>configuration</c> object
    /// (<c>{field: {value, ...}}</c>, PROTOCOL: connector document). A field without a value gets its default.</summary>
    public static SourceSettings FromConfiguration(JsonObject? configuration, IEnumerable<ConfigField> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var values = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            var entered = (configuration?[field.Name] as JsonObject)?["value"];
            values[field.Name] = IsBlank(entered) && field.DefaultValue is not null ? field.DefaultValue : entered?.DeepClone();
        }

        return new SourceSettings(values, isWhole: true);
    }

    /// <summary>The text of a field; empty when there is none.</summary>
    /// <exception cref="ArgumentException">The source declares no such field.</exception>
    public string GetString(string name) => TextOf(name);

    /// <summary>The text of a field that must not be empty.</summary>
    /// <exception cref="ConnectorException">It is empty.</exception>
    /// <exception cref="ArgumentException">The source declares no such field.</exception>
    public string GetRequiredString(string name)
    {
        var text = TextOf(name).Trim();
        return text.Length > 0
            ? text
            : throw new ConnectorException($"{name}: required, but empty. Set it in the connector's configuration.");
    }

    /// <summary>A sensitive field's text, wrapped; <see langword="null"/> when empty.</summary>
    /// <exception cref="ArgumentException">The source declares no such field.</exception>
    public Secret? GetSecret(string name) => Secret.FromNullable(TextOf(name));

    /// <summary>A yes-or-no field; <paramref name="fallback"/> when empty. <c>"true"</c>, <c>"1"</c> and <c>"yes"</c> count as
    /// yes.</summary>
    /// <exception cref="ConnectorException">Neither yes nor no.</exception>
    /// <exception cref="ArgumentException">The source declares no such field.</exception>
    public bool GetBoolean(string name, bool fallback = false)
    {
        var node = Find(name);
        if (node is JsonValue value && value.TryGetValue<bool>(out var boolean))
        {
            return boolean;
        }

        var text = TextOf(name).Trim();
        return text.Length == 0 ? fallback
            : BooleanOf(text) ?? throw new ConnectorException($"{name}: {Redactor.Quote(text.ToLowerInvariant())} is not true or false.");
    }

    /// <summary>What a text says of a yes-or-no field; <see langword="null"/> when it says neither.</summary>
    internal static bool? BooleanOf(string text) =>
        text.Trim().ToLowerInvariant() switch
        {
            "true" or "1" or "yes" or "on" => true,
            "false" or "0" or "no" or "off" => false,
            _ => null,
        };

    /// <summary>A whole number; <paramref name="fallback"/> when empty.</summary>
    /// <exception cref="ConnectorException">Not a whole number.</exception>
    /// <exception cref="ArgumentException">The source declares no such field.</exception>
    public long GetInteger(string name, long fallback)
    {
        var text = TextOf(name).Trim();
        if (text.Length == 0)
        {
            return fallback;
        }

        return long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ConnectorException($"{name}: {Redactor.Quote(text)} is not a whole number.");
    }

    /// <summary>One of some words, as it stands among them, whether it was entered in capitals or not; the first when empty.</summary>
    /// <param name="name">The field.</param>
    /// <param name="choices">The words that it may hold.</param>
    /// <exception cref="ConnectorException">Another word.</exception>
    /// <exception cref="ArgumentException">There are no choices, or the source declares no such field.</exception>
    public string GetChoice(string name, params string[] choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        if (choices.Length == 0)
        {
            throw new ArgumentException(
                $"GetChoice(\"{name}\") is given no choices. Name the values of the field's Options: GetChoice(\"{name}\", \"a\", \"b\").",
                nameof(choices)
            );
        }

        var text = TextOf(name).Trim();
        return text.Length == 0
            ? choices[0]
            : choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase))
                ?? throw new ConnectorException(
                    choices.Length == 2
                        ? $"{name}: {Redactor.Quote(text)} is neither {choices[0]} nor {choices[1]}."
                        : $"{name}: {Redactor.Quote(text)} is none of {string.Join(", ", choices)}."
                );
    }

    /// <summary>A list field: a JSON array of texts, or one text with commas, as Kibana's text box gives it. Blank parts are left
    /// out.</summary>
    /// <exception cref="ArgumentException">The source declares no such field.</exception>
    public IReadOnlyList<string> GetList(string name) =>
        Find(name) switch
        {
            JsonArray array => [.. array.Select(Text).Where(text => text.Length > 0)],
            _ => TextOf(name).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        };

    private static string Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text.Trim() : node?.ToJsonString() ?? string.Empty;

    private static bool IsBlank(JsonNode? node) =>
        node is null
        || node.GetValueKind() is JsonValueKind.Null
        || (node is JsonValue value && value.TryGetValue<string>(out var text) && text.Length == 0);

    private string TextOf(string name, [CallerMemberName] string reader = "") =>
        Find(name, reader) switch
        {
            null => string.Empty,
            JsonValue value when value.TryGetValue<string>(out var text) => text,
            { } other => other.ToJsonString(),
        };

    private JsonNode? Find(string name, [CallerMemberName] string reader = "") =>
        _values.TryGetValue(name, out var node) ? node
        : _isWhole
            ? throw new ArgumentException(
                $"{reader}(\"{name}\"): the source declares no such field. Add it to Description.Fields, or correct the name.",
                nameof(name)
            )
        : null;
}
