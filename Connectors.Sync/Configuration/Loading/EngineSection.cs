using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine;
using static Connectors.Sync.Configuration.Settings.BulkSettings;
using static Connectors.Sync.Configuration.Settings.ElasticsearchSettings;
using static Connectors.Sync.Configuration.Settings.LoopSettings;
using BulkKeys = Connectors.Sync.Configuration.Settings.BulkSettings;

namespace Connectors.Sync.Configuration.Loading;

/// <summary>Builds the settings of a sync from <c>elasticsearch.bulk</c>, <c>elasticsearch.delete_guard</c> and <c>service</c>.</summary>
internal static class EngineSection
{
    /// <param name="reader">The source of the settings.</param>
    /// <param name="stateFolder">Full path.</param>
    public static SyncEngineOptions Read(ConfigReader reader, string stateFolder) =>
        new()
        {
            StateFolder = stateFolder,
            SkipUnchanged = reader.Get(SkipUnchanged),
            DeleteGuard = new DeleteGuardOptions
            {
                MaxPercent = reader.Get(DeleteGuardMaxPercent),
                MaxDocuments = reader.Get(DeleteGuardMaxDocuments),
            },
            Bulk = new BulkWriterOptions
            {
                MaxOperations = reader.Get(ChunkSize),
                MaxRequestBytes = reader.Get(ChunkMaxMemSize),
                MaxConcurrency = reader.Get(MaxConcurrency),
                MaxRetryDelay = reader.Get(BulkKeys.RetryInterval),
                RetryTimeLimit = reader.Get(RetryTimeLimit),
                MaxInferenceOperations = reader.Get(InferenceChunkSize),
                InferenceTimeout = reader.Get(InferenceTimeout),
            },
            Rejections = ReadRejections(reader),
            Page = new PageLimits(reader.Get(PageDocuments), reader.Get(PageMemSize)),
            Partitions = reader.Get(MaxConcurrentPartitions),
            PagesInFlight = reader.Get(PagesInFlight),
            MaxBytesInFlight = reader.Get(QueueMaxMemSize),
            Content = ContentSection.Read(reader),
            ContentConcurrency = reader.Get(ConcurrentDownloads),
            SourceRetryTimeLimit = reader.Get(SourceRetryTimeLimit),
            SourceCallTimeLimit = reader.Get(SourceCallTimeLimit),
        };

    private static RejectionLimits ReadRejections(ConfigReader reader)
    {
        var limits = new RejectionLimits
        {
            MaxTotal = reader.Get(MaxTotalErrors),
            MaxConsecutive = reader.Get(MaxConsecutiveErrors),
            MaxRate = reader.Get(MaxErrorRate),
            Window = reader.Get(ErrorWindowSize),
        };
        return reader.Get(ErrorMonitorEnabled)
            ? limits
            : new RejectionLimits
            {
                MaxTotal = int.MaxValue,
                MaxConsecutive = int.MaxValue,
                MaxRate = 1,
            };
    }
}
