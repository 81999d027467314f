namespace Connectors.Abstractions;

/// <summary>
/// A position in a partition, in the source's own format: what it needs to continue reading there, in any process, at any time. It is
/// stored between pages, so it contains no secret and is at most <see cref="MaxLength"/> characters long.
/// </summary>
/// <param name="Value">The source's text; empty at the start.</param>
public readonly record struct PageToken(string Value)
{
    /// <summary>Largest length of <see cref="Value"/>, in characters.</summary>
    public const int MaxLength = 4096;

    /// <summary>The position before the first page.</summary>
    public static PageToken Start => new(string.Empty);

    /// <summary>Whether this is the position before the first page.</summary>
    public bool IsStart => string.IsNullOrEmpty(Value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? string.Empty;
}
