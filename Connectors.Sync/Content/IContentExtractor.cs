using Connectors.Abstractions;

namespace Connectors.Sync.Content;

/// <summary>A way to the text of files that are not text themselves. Safe for concurrent use.</summary>
internal interface IContentExtractor
{
    /// <summary>Extensions, with the dot and in any case, of the files that it can read.</summary>
    IReadOnlySet<string> Extensions { get; }

    /// <summary>Reads a file. Takes <paramref name="bytes"/> over, whatever happens.</summary>
    /// <exception cref="ConnectorException">A failure that concerns more than this one file.</exception>
    Task<ContentText> ExtractAsync(string fileName, PooledBuffer bytes, CancellationToken cancellationToken);
}
