namespace Connectors.Emulator.Indices;

/// <summary>The indices behind an alias; for each whether it was named the one to write to. Immutable.</summary>
internal sealed record AliasTargets(IReadOnlyDictionary<string, bool?> Indices)
{
    public static readonly AliasTargets None = new(new Dictionary<string, bool?>(StringComparer.Ordinal));

    /// <summary>The index that writes go to; null when that isn't clear.</summary>
    public string? Writable =>
        Indices.FirstOrDefault(index => index.Value == true).Key
        ?? (Indices.Count == 1 && Indices.First().Value != false ? Indices.First().Key : null);

    public AliasTargets With(string index, bool? isWriteIndex) =>
        new(new Dictionary<string, bool?>(Indices, StringComparer.Ordinal) { [index] = isWriteIndex });

    public AliasTargets Without(string index) =>
        new(
            Indices.Where(target => target.Key != index).ToDictionary(target => target.Key, target => target.Value, StringComparer.Ordinal)
        );
}
