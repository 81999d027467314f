using Connectors.Abstractions;

namespace Connectors.Sync.Content;

/// <summary>Leaves the work to Elasticsearch: the file itself goes along, and the ingest pipeline makes a body of it.</summary>
internal sealed class AttachmentExtractor : IContentExtractor
{
    public IReadOnlySet<string> Extensions => ExtractableFileTypes.ByTika;

    public Task<ContentText> ExtractAsync(string fileName, PooledBuffer bytes, CancellationToken cancellationToken) => Task.FromResult(ContentText.Attached(bytes));
}
