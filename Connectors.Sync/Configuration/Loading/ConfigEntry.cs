namespace Connectors.Sync.Configuration.Loading;

/// <summary>One configuration value as written.</summary>
/// <param name="Key">The whole key; list positions are numbers.</param>
/// <param name="Text">The value after substitution, or <see langword="null"/> when it is empty, <c>null</c> or <c>~</c>.</param>
/// <param name="Written">The value as written: a substituted value appears as <c>${NAME}</c>, never with its content.</param>
/// <param name="Location">Where.</param>
/// <param name="Shape">The kind of node.</param>
internal sealed record ConfigEntry(string Key, string? Text, string Written, string Location, EntryShape Shape = EntryShape.Value)
{
    /// <summary>Whether it comes from an environment variable; its names are case-insensitive.</summary>
    public bool IsFromEnvironment { get; init; }

    /// <summary>Where the key at the top level stands that it is below; <see langword="null"/> outside of a file.</summary>
    public string? SectionLocation { get; init; }
}

/// <summary>What kind of node an entry is.</summary>
internal enum EntryShape
{
    /// <summary>A single value.</summary>
    Value,

    /// <summary>A section or list without anything in it.</summary>
    Empty,
}
