using System.ComponentModel.DataAnnotations;

namespace Connectors.Sync.Engine.Staged;

/// <summary>
/// The limits of one step of a staged sync. A step should take seconds: each costs its host a few tens of milliseconds, and a failed one is
/// repeated.
/// </summary>
internal sealed record StagedSyncOptions
{
    /// <summary>Documents after which a read ends. Default 20,000: reached only where most documents have not changed.</summary>
    [Range(1, 1_000_000)]
    public int MaxDocuments { get; init; } = 20_000;

    /// <summary>Bulk operations after which a read ends. Default 5,000, ten requests.</summary>
    [Range(1, 1_000_000)]
    public int MaxOperations { get; init; } = 5_000;

    /// <summary>Bytes of bulk operations after which a read ends; they are held in memory. Default 16 MiB.</summary>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Time after which a read ends with the source's next page. Default 20 s.</summary>
    public TimeSpan MaxReadTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest that one call of the source may take, whatever the configuration says: a host ends steps that take longer.
    /// Default 20 minutes.</summary>
    public TimeSpan MaxCallTime { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>
    /// How long a step may write. Default 4 minutes. A host keeps a step to itself while it runs; one that was cut off from its storage,
    /// and so was taken for dead, does not write beside its successor for longer than this.
    /// </summary>
    public TimeSpan MaxWriteTime { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>Bulk operations after which a read ends, where Elasticsearch asks an inference endpoint about each. Default 100: their
    /// write may take minutes.</summary>
    [Range(1, 1_000_000)]
    public int MaxInferenceOperations { get; init; } = 100;

    /// <summary>How long a step may write such documents. Default 20 minutes, twice as long as one request may take.</summary>
    public TimeSpan MaxInferenceWriteTime { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>The limits of a sync.</summary>
    /// <param name="passesInference">Whether Elasticsearch asks an inference endpoint about what is written.</param>
    public StagedSyncOptions For(bool passesInference) =>
        passesInference
            ? this with
            {
                MaxOperations = Math.Min(MaxOperations, MaxInferenceOperations),
                MaxWriteTime = MaxInferenceWriteTime,
            }
            : this;

    /// <summary>Deletes that are staged together. Default 10,000.</summary>
    [Range(1, 100_000)]
    public int DeletesPerPart { get; init; } = 10_000;

    /// <summary>Number of plans whose snapshots a process caches. Default 4; more are kept only while they are in use.</summary>
    [Range(1, 64)]
    public int MaxCachedPlans { get; init; } = 4;
}
