namespace Connectors.Sync.Configuration;

/// <summary>How documents are written (<c>elasticsearch.bulk</c>). The defaults are those of an empty configuration.</summary>
public sealed record BulkOptions
{
    /// <summary>Largest number of operations in a request. Default 500.</summary>
    public int MaxOperations { get; init; } = 500;

    /// <summary>Largest request body, in bytes before compression. Default 5 MiB. A larger single document is sent alone.</summary>
    public int MaxRequestBytes { get; init; } = 5 * 1024 * 1024;

    /// <summary>Most requests in flight for one sync. Default 5.</summary>
    public int MaxConcurrency { get; init; } = 5;

    /// <summary>Documents that may wait to be written. Default 1,024.</summary>
    public int QueueDocuments { get; init; } = 1024;

    /// <summary>Bytes of documents that may wait to be written. Default 25 MiB.</summary>
    public int QueueBytes { get; init; } = 25 * 1024 * 1024;

    /// <summary>Files whose content is fetched at the same time. Default 10.</summary>
    public int ConcurrentDownloads { get; init; } = 10;

    /// <summary>Tries after the first for what was refused and may pass. Default 5.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>Longest wait between two tries. Default 10 s.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>When rejected documents fail the sync.</summary>
    public ErrorMonitorOptions ErrorMonitor { get; init; } = new();
}

/// <summary>When rejected documents fail a sync (<c>elasticsearch.bulk.error_monitor</c>).</summary>
public sealed record ErrorMonitorOptions
{
    /// <summary>Whether they can. Default true; otherwise they are only counted and reported.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>More rejected documents than this fail the sync. Default 1,000.</summary>
    public int MaxTotal { get; init; } = 1000;

    /// <summary>More rejected documents than this in a row fail the sync. Default 10.</summary>
    public int MaxConsecutive { get; init; } = 10;

    /// <summary>A larger share (0 to 1) of rejected documents in the window fails the sync. Default 0.15.</summary>
    public double MaxRate { get; init; } = 0.15;

    /// <summary>Number of last documents in the window. Default 100.</summary>
    public int Window { get; init; } = 100;
}
