using System.Collections.Frozen;

namespace Connectors.Sync.Content;

/// <summary>Files that are not text, or text with more markup than words, by who can read them.</summary>
internal static class ExtractableFileTypes
{
    /// <summary>What the ingest pipeline's attachment processor and the extraction service read, both by Apache Tika: the extensions
    /// that the Python service fetches, and mails.</summary>
    public static IReadOnlySet<string> ByTika { get; } =
        Set(
            ".pdf",
            ".doc",
            ".docx",
            ".ppt",
            ".pptx",
            ".potx",
            ".xls",
            ".xlsx",
            ".xlsm",
            ".xlsb",
            ".rtf",
            ".odt",
            ".msg",
            ".eml",
            ".vsd",
            ".vsdx",
            ".vsdm",
            ".paper",
            ".html",
            ".htm",
            ".aspx"
        );

    /// <summary>What is read on this machine.</summary>
    public static IReadOnlySet<string> Locally { get; } =
        Set(
            ".pdf",
            ".docx",
            ".docm",
            ".dotx",
            ".xlsx",
            ".xlsm",
            ".xltx",
            ".pptx",
            ".pptm",
            ".potx",
            ".ppsx",
            ".html",
            ".htm",
            ".xhtml",
            ".aspx"
        );

    /// <summary>Whether the bytes begin like a file that every extractor can read, whatever the name says.</summary>
    public static bool AreKnown(ReadOnlySpan<byte> bytes) => bytes.StartsWith("%PDF-"u8) || bytes.StartsWith("PK\u0003\u0004"u8);

    private static FrozenSet<string> Set(params string[] extensions) => extensions.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
