using System.ComponentModel.DataAnnotations;
using Connectors.Sync.Content.Extraction;

namespace Connectors.Sync.Content;

/// <summary>Which content becomes a document's <c>body</c>.</summary>
internal sealed record ContentOptions
{
    /// <summary>Largest content in bytes, as it lies in the source. Default 10 MiB, the Python service's figure. Larger content is left
    /// out.</summary>
    [Range(0, 256L * 1024 * 1024)]
    public long MaxBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Most text of a file, in bytes as UTF-8. Default 10 MiB. Longer text is cut, between two characters.</summary>
    [Range(1, 256 * 1024 * 1024)]
    public int MaxTextBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Extensions, with the dot and in any case, of the files that are text. Default
    /// <see cref="TextFileTypes.Default"/>.</summary>
    public IReadOnlySet<string> Extensions { get; init; } = TextFileTypes.Default;

    /// <summary>How PDF, Office and HTML files are read on this machine, or <see langword="null"/> when they aren't.</summary>
    public LocalExtractionOptions? Local { get; init; }

    /// <summary>The extraction service for connectors that ask for it, or <see langword="null"/>.</summary>
    public ExtractionServiceOptions? Service { get; init; }
}
