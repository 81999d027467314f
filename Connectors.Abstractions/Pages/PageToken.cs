namespace Connectors.Abstractions;

/// <summary>
/// A place in a partition, in the source's own words: what it needs to read on from there, in this process or another, today or
/// tomorrow. It is stored between pages, so it holds no secret and stays under <see cref="MaxLength"/> characters.
/// </summary>
/// <param name="Value">The source's text; empty at the start.</param>
public readonly record struct PageToken(string Value)
{
    /// <summary>Largest length of <see cref="Value"/>, in characters.</summary>
    public const int MaxLength = 4096;

    /// <summary>The place before the first page.</summary>
    public static PageToken Start => new(string.Empty);

    /// <summary>Whether this is the place before the first page.</summary>
    public bool IsStart => string.IsNullOrEmpty(Value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? string.Empty;
}
