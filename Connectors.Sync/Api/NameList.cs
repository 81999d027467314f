using Connectors.Sync.Configuration.Settings;

namespace Connectors.Sync.Api;

/// <summary>Says which names there are, to somebody who wrote another one.</summary>
internal static class NameList
{
    /// <summary>The nearest one and all of them, in a sentence or two.</summary>
    public static string Known(string written, IReadOnlyList<string> known) =>
        known.Count == 0
            ? "This address takes none."
            : $"{(KeySuggestion.Nearest(written, known) is { } near ? $"Did you mean {near}? " : "")}Known are {string.Join(", ", known)}.";
}
