namespace Connectors.Sync.Content.Extraction;

/// <summary>Elastic's data extraction service (<c>extraction_service</c>): another process, reached over HTTP, that makes text of many
/// kinds of files.</summary>
internal sealed record ExtractionServiceOptions
{
    /// <summary>Its address, without a user or password.</summary>
    public required Uri Host { get; init; }

    /// <summary>How long one file may take. Default 30 s, the Python service's figure.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
