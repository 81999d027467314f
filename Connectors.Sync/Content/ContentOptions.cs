using System.ComponentModel.DataAnnotations;

namespace Connectors.Sync.Content;

/// <summary>Which content becomes a document's <c>body</c>.</summary>
public sealed record ContentOptions
{
    /// <summary>Largest content in bytes, as it lies in the source. Default 10 MiB, the Python service's figure. Larger content is left out.</summary>
    [Range(0, 256L * 1024 * 1024)]
    public long MaxBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Extensions, with the dot and in any case, of the files that are text. Default <see cref="TextFileTypes.Default"/>.</summary>
    public IReadOnlySet<string> Extensions { get; init; } = TextFileTypes.Default;
}
