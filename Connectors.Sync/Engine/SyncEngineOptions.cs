using System.ComponentModel.DataAnnotations;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Content;
using Connectors.Sync.Diff;
using Connectors.Sync.Retries;

namespace Connectors.Sync.Engine;

/// <summary>How syncs are run.</summary>
internal sealed record SyncEngineOptions
{
    /// <summary>Folder for the state of running syncs, so that they survive a crash (<c>service.state_dir</c>). One job's state is used by
    /// one process at a time; several services on a machine may share the folder.</summary>
    public required string StateFolder { get; init; }

    /// <summary>
    /// Whether unchanged documents are left alone (<c>elasticsearch.skip_unchanged</c>). Default true; false writes every document at every
    /// sync, as Elastic's own service does.
    /// </summary>
    public bool SkipUnchanged { get; init; } = true;

    /// <summary>How much one sync may delete.</summary>
    public DeleteGuardOptions DeleteGuard { get; init; } = new();

    /// <summary>Bulk requests.</summary>
    public BulkWriterOptions Bulk { get; init; } = new();

    /// <summary>When rejected documents fail the job.</summary>
    public RejectionLimits Rejections { get; init; } = new();

    /// <summary>Size of a page.</summary>
    public PageLimits Page { get; init; } = PageLimits.Default;

    /// <summary>How many partitions the source is asked for, and how many are read at once. Default 4.</summary>
    [Range(1, 64)]
    public int Partitions { get; init; } = 4;

    /// <summary>
    /// Pages of a partition that may be under way: one is read while others are written. Reading pauses when all of them are waiting for
    /// Elasticsearch. Default 3.
    /// </summary>
    [Range(1, 64)]
    public int PagesInFlight { get; init; } = 3;

    /// <summary>
    /// Bytes that may be in flight: pages that are read, batches, requests on the way and contents of all syncs of an engine. Reading
    /// pauses when they are spent. Default 16 MiB.
    /// </summary>
    [Range(1024 * 1024, int.MaxValue)]
    public int MaxBytesInFlight { get; init; } = 16 * 1024 * 1024;

    /// <summary>Which contents are read, and how much of them.</summary>
    public ContentOptions Content { get; init; } = new();

    /// <summary>Contents that a sync fetches at the same time, at most. Fewer while the source refuses some. Default 64.</summary>
    [Range(1, 256)]
    public int ContentConcurrency { get; init; } = 64;

    /// <summary>How long a call of the source that failed in a way that may pass is tried again. Default 5 minutes.</summary>
    public TimeSpan SourceRetryTimeLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one call of the source may take without an answer or progress. Default 10 minutes.</summary>
    public TimeSpan SourceCallTimeLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The options of a sync.</summary>
    /// <param name="passesInference">Whether Elasticsearch asks an inference endpoint about what is written.</param>
    public SyncEngineOptions For(bool passesInference) => passesInference ? this with { Bulk = Bulk.For(passesInference) } : this;

    /// <summary>When a call of the source is made again, in a process that waits.</summary>
    public BackoffPolicy SourceRetries => new(Bulk.FirstRetryDelay, Bulk.MaxRetryDelay, SourceRetryTimeLimit);
}
