using Connectors.Abstractions;

namespace Connectors.Sync.Content;

/// <summary>Sends the file to Elasticsearch; the ingest pipeline extracts its text.</summary>
internal sealed class AttachmentExtractor : IContentExtractor
{
    public IReadOnlySet<string> Extensions => ExtractableFileTypes.ByTika;

    public Task<ContentText> ExtractAsync(string fileName, PooledBuffer bytes, CancellationToken cancellationToken) =>
        Task.FromResult(ContentText.Attached(bytes));
}
