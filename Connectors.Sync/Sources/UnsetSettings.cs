using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Connectors.Sync.Sources;

/// <summary>The settings of a source that is asked what it is: none, and they remember which one was asked for first.</summary>
internal sealed class UnsetSettings : IReadOnlyDictionary<string, JsonNode?>
{
    /// <summary>The field that was asked for first.</summary>
    public string? Asked { get; private set; }

    /// <inheritdoc/>
    public IEnumerable<string> Keys => [];

    /// <inheritdoc/>
    public IEnumerable<JsonNode?> Values => [];

    /// <inheritdoc/>
    public int Count => 0;

    /// <inheritdoc/>
    public JsonNode? this[string key] => throw new KeyNotFoundException();

    /// <inheritdoc/>
    public bool ContainsKey(string key) => TryGetValue(key, out _);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out JsonNode? value)
    {
        Asked ??= key;
        value = null;
        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, JsonNode?>> GetEnumerator() =>
        Enumerable.Empty<KeyValuePair<string, JsonNode?>>().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
