using System.Collections.Frozen;

namespace Connectors.Sync.Content;

/// <summary>Files that hold text and can be indexed as they are.</summary>
internal static class TextFileTypes
{
    /// <summary>
    /// The textual ones among the extensions that the Python service reads, and a few of the same kind. Office formats and PDF are not
    /// among them (<see cref="ExtractableFileTypes"/>).
    /// </summary>
    public static IReadOnlySet<string> Default { get; } =
        new[]
        {
            ".txt",
            ".py",
            ".rst",
            ".html",
            ".markdown",
            ".json",
            ".xml",
            ".csv",
            ".md",
            ".rb",
            ".sh",
            ".aspx",
            ".tsv",
            ".svg",
            ".htm",
            ".log",
            ".yml",
            ".yaml",
        }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
