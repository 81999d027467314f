using System.Text.Json.Nodes;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Retries;

namespace Connectors.Sync.Protocol.Jobs;

/// <summary>A sync job document as it was read: a typed view that loses nothing of the JSON and never writes to it.</summary>
internal sealed class SyncJobRecord
{
    /// <summary>A view of <paramref name="document"/>.</summary>
    public SyncJobRecord(StoredDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Document = document;
    }

    /// <summary>The document and its place in the index's history.</summary>
    public StoredDocument Document { get; }

    /// <summary>The job's id.</summary>
    public string Id => Document.Id;

    /// <summary>The connector it belongs to; empty when the document does not say.</summary>
    public string ConnectorId => Connector.NonBlank("id") ?? string.Empty;

    /// <summary>The state; <see langword="null"/> for a word that we don't know: such a job is left alone.</summary>
    public JobStatus? Status => ProtocolWords.Parse<JobStatus>(Source.Text("status"));

    /// <summary>What it syncs; a job that does not say is a full one; <see langword="null"/> for a word that we don't know.</summary>
    public JobType? Type => Source.Text("job_type") is { } word ? ProtocolWords.Parse<JobType>(word) : JobType.Full;

    /// <summary>Who wanted it.</summary>
    public TriggerMethod TriggerMethod => ProtocolWords.Parse<TriggerMethod>(Source.Text("trigger_method")) ?? TriggerMethod.OnDemand;

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedAt => Source.Time("created_at");

    /// <summary>When it was taken last.</summary>
    public DateTimeOffset? StartedAt => Source.Time("started_at");

    /// <summary>When a service worked on it last.</summary>
    public DateTimeOffset? LastSeen => Source.Time("last_seen");

    /// <summary>When it ended.</summary>
    public DateTimeOffset? CompletedAt => Source.Time("completed_at");

    /// <summary>How long it was worked on before it was taken last: a job that was suspended, or whose worker died, is taken more than
    /// once.</summary>
    internal TimeSpan EarlierTime => TimeSpan.FromMilliseconds(Math.Max(0, Metadata.Number(JobMetadata.EarlierTime)));

    /// <summary>How long it was worked on in all its parts; <see langword="null"/> when it was not taken yet.</summary>
    /// <param name="now">The time, for a job that is not over.</param>
    internal TimeSpan? TimeWorked(DateTimeOffset now) =>
        (Metadata.Time(JobMetadata.ResumedAt) ?? StartedAt) is { } since
            ? EarlierTime + PartUntil(CompletedAt ?? (IsAtWork(now) ? now : LastSeen) ?? now, since)
            : null;

    /// <summary>The wait for its source, or the last one; <see langword="null"/> when the job does not run, or nothing was said of
    /// waiting.</summary>
    internal SourceWait? Wait => Status?.IsRunning() == true ? JobMetadata.WaitOf(Metadata) : null;

    /// <summary>The host that took it.</summary>
    public string? WorkerHostname => Source.NonBlank("worker_hostname");

    /// <summary>Which of our workers took it (see <see cref="JobWorker.Id"/>), or <see langword="null"/>.</summary>
    public string? WorkerId => Source.Object("metadata").NonBlank("worker");

    /// <summary>The part of the source that could not be read, and why, when nothing was deleted because of it.</summary>
    internal string? Gap => Metadata.NonBlank("gap");

    /// <summary>Why it failed.</summary>
    public string? Error => Source.NonBlank("error");

    /// <summary>The index that it fills: the content index, or that of the identities.</summary>
    public string? IndexName =>
        Connector.NonBlank("index_name") is { } name && Type == JobType.AccessControl
            ? ProtocolIndices.AccessControlOf(name)
            : Connector.NonBlank("index_name");

    /// <summary>Whether it syncs identities and not documents. Such jobs have a queue and a limit of their own.</summary>
    internal bool IsAccessControl => Type == JobType.AccessControl;

    /// <summary>Whether the connector's <c>sync_cursor</c> changes with it when it is completed: syncs that go only a part of the way leave
    /// it alone.</summary>
    internal bool MovesCursor => !IsAccessControl && Options.Kind is SyncKind.Full or SyncKind.Incremental;

    /// <summary>The source.</summary>
    public string? ServiceType => Connector.NonBlank("service_type");

    /// <summary>The connector's configuration as it was when the job was made.</summary>
    public JsonObject? Configuration => Connector.Object("configuration");

    /// <summary>The ingest pipeline, or <see langword="null"/>.</summary>
    public PipelineSettings? Pipeline => ConnectorRecord.ReadPipeline(Connector.Object("pipeline"));

    /// <summary>The sync rules in force when the job was made, or <see langword="null"/>. Elasticsearch writes an object, older services a
    /// list of one.</summary>
    public JsonObject? Filtering => Connector.Object("filtering") ?? Connector.Array("filtering")?.OfType<JsonObject>().FirstOrDefault();

    /// <summary>The connector's <c>sync_cursor</c> when the job was made, with an incremental one when it was taken; or
    /// <see langword="null"/>.</summary>
    public JsonObject? Cursor => Connector.Object("sync_cursor");

    /// <summary>The <c>sync_cursor</c> that the connector gets from this job when it is completed, or <see langword="null"/>.</summary>
    internal JsonObject? NextCursor => Metadata.Object("next_cursor");

    /// <summary>Documents written.</summary>
    public long IndexedDocumentCount => Source.Number("indexed_document_count");

    /// <summary>Mebibytes written.</summary>
    public long IndexedDocumentVolume => Source.Number("indexed_document_volume");

    /// <summary>Documents deleted.</summary>
    public long DeletedDocumentCount => Source.Number("deleted_document_count");

    /// <summary>Documents in the index when the job ended.</summary>
    public long TotalDocumentCount => Source.Number("total_document_count");

    /// <summary>Our counts and reports: see <see cref="JobMetadata"/>.</summary>
    public JsonObject? Metadata => Source.Object("metadata");

    /// <summary>What whoever made the job asked for.</summary>
    public SyncJobOptions Options =>
        new(
            Metadata.Flag("allow_mass_delete"),
            Metadata.Flag("reindex"),
            Type == JobType.Incremental ? SyncKind.Incremental : ProtocolWords.Parse<SyncKind>(Metadata.Text("kind")) ?? SyncKind.Full
        );

    /// <summary>Whether the job is said to run, but its worker has given no sign of life for longer than
    /// <paramref name="idleAfter"/>.</summary>
    public bool IsSilent(DateTimeOffset now, TimeSpan idleAfter) =>
        Status?.IsRunning() == true && now - (LastSeen ?? StartedAt ?? DateTimeOffset.MinValue) > idleAfter;

    private bool IsAtWork(DateTimeOffset now) => Status?.IsRunning() == true && !IsSilent(now, JobSilence.Noticed);

    private static TimeSpan PartUntil(DateTimeOffset end, DateTimeOffset since) => end > since ? end - since : TimeSpan.Zero;

    private JsonObject Source => Document.Source;

    private JsonObject? Connector => Source.Object("connector");
}

/// <summary>What one job may do beyond the ordinary. Kept in the job's <c>metadata</c>, so that a resumed job remembers.</summary>
/// <param name="AllowMassDelete">Delete more than the delete guard allows.</param>
/// <param name="Reindex">Write every document again, changed or not.</param>
/// <param name="Kind">What kind of sync it is. An incremental one has a job type of its own in the protocol; the others are jobs of type
/// <c>full</c>.</param>
internal sealed record SyncJobOptions(bool AllowMassDelete = false, bool Reindex = false, SyncKind Kind = SyncKind.Full);
