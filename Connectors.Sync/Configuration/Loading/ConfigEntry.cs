namespace Connectors.Sync.Configuration.Loading;

/// <summary>One value of the configuration as it was written.</summary>
/// <param name="Key">The whole key; list positions are numbers.</param>
/// <param name="Text">The value after substitution, or <see langword="null"/> when it is empty, <c>null</c> or <c>~</c>.</param>
/// <param name="Written">The value as written: a substituted value is shown as <c>${NAME}</c> and never as what it became.</param>
/// <param name="Place">Where.</param>
/// <param name="Shape">What kind of node stands there.</param>
internal sealed record ConfigEntry(string Key, string? Text, string Written, string Place, EntryShape Shape = EntryShape.Value)
{
    /// <summary>Whether it comes from an environment variable, where names may be in any case.</summary>
    public bool IsFromEnvironment { get; init; }
}

/// <summary>What kind of node an entry is.</summary>
internal enum EntryShape
{
    /// <summary>A single value.</summary>
    Value,

    /// <summary>A section or list without anything in it.</summary>
    Empty,
}
