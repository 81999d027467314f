using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine.Planning;

namespace Connectors.Sync.Protocol.Connectors;

/// <summary>A connector document as it was read: a typed view that loses nothing of the JSON and never writes to it.</summary>
internal sealed class ConnectorRecord
{
    /// <summary>A view of <paramref name="document"/>.</summary>
    public ConnectorRecord(StoredDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Document = document;
    }

    /// <summary>The document and its place in the index's history.</summary>
    public StoredDocument Document { get; }

    /// <summary>The connector's id.</summary>
    public string Id => Document.Id;

    /// <summary>The name that the user gave it, or <see langword="null"/>.</summary>
    public string? Name => Source.NonBlank("name");

    /// <summary>Which source it is for: <c>mongodb</c>; <see langword="null"/> when not said.</summary>
    public string? ServiceType => Source.NonBlank("service_type");

    /// <summary>The content index; <see langword="null"/> while none is attached.</summary>
    public string? IndexName => Source.NonBlank("index_name");

    /// <summary>The state. A document without one, or with an unknown word, has just been created as far as we know.</summary>
    public ConnectorStatus Status => ProtocolWords.Parse<ConnectorStatus>(Source.Text("status")) ?? ConnectorStatus.Created;

    /// <summary>What is wrong with it, or <see langword="null"/>.</summary>
    public string? Error => Source.NonBlank("error");

    /// <summary>When a service last maintained it.</summary>
    public DateTimeOffset? LastSeen => Source.Time("last_seen");

    /// <summary>When its last sync ended, well or not.</summary>
    public DateTimeOffset? LastSynced => Source.Time("last_synced");

    /// <summary>State of its last full or incremental job.</summary>
    public JobStatus? LastSyncStatus => ProtocolWords.Parse<JobStatus>(Source.Text("last_sync_status"));

    /// <summary>Why its last full or incremental job failed; <see langword="null"/> when it did not. It stays when <see cref="Error"/>
    /// goes because the source answers again.</summary>
    internal string? LastSyncError => Source.NonBlank("last_sync_error");

    /// <summary>Why its last access control sync failed; <see langword="null"/> when it did not.</summary>
    internal string? LastAccessControlSyncError => Source.NonBlank("last_access_control_sync_error");

    /// <summary>Whether it says that its last sync, of documents or of identities, waits to be continued.</summary>
    internal bool IsSuspended =>
        JobStatus.Suspended.ToWord() is var suspended
        && (Source.Text("last_sync_status") == suspended || Source.Text("last_access_control_sync_status") == suspended);

    /// <summary>The fields of the source with their values: <c>{field: {value, label, ...}}</c>. May be empty.</summary>
    public JsonObject? Configuration => Source.Object("configuration");

    /// <summary>The text of a field of the configuration; <see langword="null"/> when it has none.</summary>
    public Secret? SecretOf(string field) => SecretOf(Configuration, field);

    /// <summary>The same, of any <c>configuration</c>.</summary>
    public static Secret? SecretOf(JsonObject? configuration, string field) =>
        Secret.FromNullable(configuration.Object(field).Text("value")?.Trim());

    /// <summary>What the service said it can do.</summary>
    public JsonObject? Features => Source.Object("features");

    /// <summary>The language of the content, for analyzers.</summary>
    public string? Language => Source.NonBlank("language");

    /// <summary>Whether it was made to be run by Elastic's own cloud.</summary>
    public bool IsNative => Source.Flag("is_native");

    /// <summary>Whether it was deleted (deletion is soft since 9.0).</summary>
    public bool IsDeleted => Source.Flag("deleted");

    /// <summary>Whether identities were ever synced for it.</summary>
    internal bool HasIdentities => Source.NonBlank("last_access_control_sync_status") is not null;

    /// <summary>The protocol's 2022 way of asking for a sync: no job is made, this is set.</summary>
    public bool SyncNow => Source.Flag("sync_now");

    /// <summary>Where the next incremental sync begins, in the words of whichever service wrote it; or <see langword="null"/>.</summary>
    internal JsonObject? Cursor => Source.Object("sync_cursor");

    /// <summary>The ingest pipeline, or <see langword="null"/> when there is none.</summary>
    public PipelineSettings? Pipeline => ReadPipeline(Source.Object("pipeline"));

    /// <summary>The sync rules in force (<c>{rules, advanced_snippet, ...}</c>), or <see langword="null"/> when there are none.</summary>
    public JsonObject? ActiveFiltering => Filtering.Object("active");

    /// <summary>What is wrong with the sync rules that were drafted, as the service that checked them said; empty when nothing is, or
    /// nobody has checked them yet.</summary>
    internal IReadOnlyList<string> DraftProblems
    {
        get
        {
            var validation = Filtering.Object("draft").Object("validation");
            return validation.Text("state") == "invalid"
                ?
                [
                    .. (validation.Array("errors") ?? [])
                        .SelectMany(error => error.Array("messages") ?? [])
                        .OfType<JsonValue>()
                        .Select(message => Redactor.Redact(message.ToString())),
                ]
                : [];
        }
    }

    /// <summary>Whether sync rules were drafted that no service has checked yet, so that they do not count.</summary>
    internal bool HasUncheckedDraft => Filtering.Object("draft").Object("validation").Text("state") == "edited";

    private JsonObject? Filtering => DefaultDomain(Source.Array("filtering")) ?? Source.Object("filtering");

    private JsonObject Source => Document.Source;

    /// <summary>The schedule of a kind of sync; the flat one of 2022 counts for full syncs. <see langword="null"/> when there is
    /// none.</summary>
    public ConnectorSchedule? Schedule(JobType type)
    {
        var scheduling = Source.Object("scheduling");
        var schedule = scheduling.Object(type.ToWord());
        if (schedule is null && type == JobType.Full && scheduling?.ContainsKey("interval") == true)
        {
            schedule = scheduling;
        }

        return schedule is null ? null : new ConnectorSchedule(schedule.Flag("enabled"), schedule.Text("interval") ?? string.Empty);
    }

    /// <summary>The scheduled time of the last run that its schedule caused, or <see langword="null"/> when it caused none yet.</summary>
    public DateTimeOffset? LastScheduledAt(JobType type) => Source.Time(ScheduledAtField(type));

    /// <summary>Our own entry in the connector's <c>custom_scheduling</c>.</summary>
    internal const string DeletesOnlyName = "deletes_only";

    /// <summary>The schedule of syncs that only delete (<c>custom_scheduling.deletes_only</c>), or <see langword="null"/>.</summary>
    internal ConnectorSchedule? DeletesOnlySchedule =>
        Source.Object("custom_scheduling").Object(DeletesOnlyName) is { } schedule
            ? new ConnectorSchedule(schedule.Flag("enabled"), schedule.Text("interval") ?? string.Empty)
            : null;

    /// <summary>The scheduled time of the last run that it caused (<c>last_synced</c> there), or <see langword="null"/>.</summary>
    internal DateTimeOffset? DeletesOnlyScheduledAt => Source.Object("custom_scheduling").Object(DeletesOnlyName).Time("last_synced");

    internal static string ScheduledAtField(JobType type) =>
        type switch
        {
            JobType.Incremental => "last_incremental_sync_scheduled_at",
            JobType.AccessControl => "last_access_control_sync_scheduled_at",
            _ => "last_sync_scheduled_at",
        };

    internal static PipelineSettings? ReadPipeline(JsonObject? pipeline) =>
        pipeline.NonBlank("name") is { } name
            ? new PipelineSettings(
                name,
                pipeline.Flag("extract_binary_content"),
                pipeline.Flag("reduce_whitespace"),
                pipeline.Flag("run_ml_inference")
            )
            : null;

    private static JsonObject? DefaultDomain(JsonArray? filtering) =>
        filtering?.OfType<JsonObject>().FirstOrDefault(domain => domain.Text("domain") is null or "DEFAULT")
        ?? filtering?.OfType<JsonObject>().FirstOrDefault();
}

/// <summary>When a connector syncs by itself.</summary>
/// <param name="Enabled">Whether it does.</param>
/// <param name="Interval">A Quartz cron expression in UTC, with seconds.</param>
internal sealed record ConnectorSchedule(bool Enabled, string Interval);
