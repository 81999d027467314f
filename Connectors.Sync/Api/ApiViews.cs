using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;

namespace Connectors.Sync.Api;

/// <summary>The JSON of connectors and syncs in the HTTP API, the same on every host. Contains nothing sensitive.</summary>
internal static class ApiViews
{
    /// <summary>What a job's metadata holds besides counts.</summary>
    private static readonly string[] NotCounts =
    [
        "rejections",
        "worker",
        "allow_mass_delete",
        "reindex",
        "kind",
        "fallback",
        "rewrite",
        "gap",
        "next_cursor",
        JobMetadata.EarlierTime,
        JobMetadata.ResumedAt,
        .. JobMetadata.Waits,
    ];

    /// <summary>A service writes <c>last_seen</c> every <c>service.heartbeat</c>, five minutes unless told otherwise: one that was silent
    /// for longer than this does not serve the connector any more.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(15);

    /// <summary>A connector in a list.</summary>
    internal static JsonObject Connector(ConnectorRecord connector, SourceCheck sources, ConnectorServiceOptions options) =>
        new()
        {
            ["id"] = connector.Id,
            ["name"] = connector.Name,
            ["serviceType"] = connector.ServiceType,
            ["indexName"] = connector.IndexName,
            ["status"] = connector.Status.ToWord(),
            ["error"] = Redacted(connector.Error),
            ["isServed"] = options.ServedAs(connector) is not null,
            ["isServedElsewhere"] = options.ServedAs(connector) is null && connector.LastSeen > sources.Now - Silence,
            ["lastSeen"] = connector.LastSeen,
            ["lastSynced"] = connector.LastSynced,
            ["lastSyncStatus"] = connector.LastSyncStatus?.ToWord(),
            ["lastSyncError"] = Redacted(connector.LastSyncError),
            ["lastAccessControlSyncError"] = Redacted(connector.LastAccessControlSyncError),
            ["schedule"] = connector.Schedule(JobType.Full) is { } schedule ? ScheduleViews.Of(schedule, sources.Now) : null,
            ["configurationProblems"] = ConfigurationProblems(connector, sources, options),
        };

    /// <summary>A connector with its pipeline and its configuration, without sensitive values.</summary>
    internal static JsonObject Details(ConnectorRecord connector, SourceCheck sources, ConnectorServiceOptions options)
    {
        var view = Connector(connector, sources, options);
        view["pipeline"] = connector.Pipeline?.Name;
        view["schedules"] = ScheduleViews.All(connector, sources);
        view["draftProblems"] = new JsonArray([.. connector.DraftProblems.Select(problem => JsonValue.Create(problem))]);
        var open = OpenFields(connector, sources, options);
        view["configuration"] = new JsonObject(
            (connector.Configuration ?? [])
                .Where(field => open.ContainsKey(field.Key) && field.Value is JsonObject shown && !IsMarkedSensitive(shown))
                .Select(field => KeyValuePair.Create(field.Key, Shown(open[field.Key], field.Value!["value"])))
        );
        return view;
    }

    /// <summary>A job.</summary>
    public static JsonObject Job(SyncJobRecord job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var counts = job.Metadata?.DeepClone().AsObject() ?? [];
        var rejections = counts["rejections"]?.DeepClone();
        foreach (var name in NotCounts)
        {
            counts.Remove(name);
        }

        return new JsonObject
        {
            ["id"] = job.Id,
            ["connectorId"] = job.ConnectorId,
            ["indexName"] = job.IndexName,
            ["type"] = job.Type is JobType.Full or JobType.Incremental ? job.Options.Kind.ToWord() : job.Type?.ToWord(),
            ["trigger"] = job.TriggerMethod.ToWord(),
            ["status"] = job.Status?.ToWord(),
            ["error"] = Redacted(job.Error),
            ["createdAt"] = job.CreatedAt,
            ["startedAt"] = job.StartedAt,
            ["lastSeen"] = job.LastSeen,
            ["waitsUntil"] = job.Wait?.Until,
            ["waitsReason"] = Redacted(job.Wait?.Reason),
            ["waitsLimit"] = job.Wait?.Limit,
            ["completedAt"] = job.CompletedAt,
            ["secondsWorked"] = job.CompletedAt is { } end ? job.TimeWorked(end)?.TotalSeconds : null,
            ["indexedDocuments"] = job.IndexedDocumentCount,
            ["deletedDocuments"] = job.DeletedDocumentCount,
            ["totalDocuments"] = job.TotalDocumentCount,
            ["counts"] = counts,
            ["rejections"] = rejections,
            ["fallback"] = job.Metadata.Text("fallback"),
            ["rewrite"] = job.Metadata.Text("rewrite"),
            ["gap"] = Redacted(job.Gap),
        };
    }

    /// <summary>Progress of a running sync.</summary>
    /// <param name="phase">Its phase.</param>
    /// <param name="counts">What it has done.</param>
    /// <param name="estimatedDocuments">Number of documents that will probably be read, or <see langword="null"/>.</param>
    /// <param name="isGuess">Whether that is not what the source said, but what the index held when the sync began. It is left out once it
    /// is exceeded.</param>
    /// <param name="resumedAfter">How many documents earlier runs of the job had read when it went on, or <see langword="null"/>.</param>
    public static JsonObject Progress(
        SyncPhase phase,
        SyncCounts counts,
        long? estimatedDocuments,
        bool isGuess = false,
        long? resumedAfter = null
    )
    {
        var estimate = isGuess && counts.Read > estimatedDocuments ? null : estimatedDocuments;
        return new JsonObject
        {
            ["phase"] = phase.ToWord(),
            ["counts"] = Counts(counts),
            ["estimatedDocuments"] = estimate,
            ["isEstimateGuess"] = isGuess && estimate is not null,
            ["resumedAfter"] = resumedAfter,
        };
    }

    /// <summary>How a dry run ended.</summary>
    /// <param name="status">As the protocol spells it.</param>
    /// <param name="error">Why it failed, or <see langword="null"/>.</param>
    /// <param name="totalDocuments">Documents in the index.</param>
    /// <param name="counts">What a sync would do.</param>
    /// <param name="preview">The first ids that would be added, updated and deleted.</param>
    /// <param name="names">What people know these documents by, where they have that.</param>
    public static JsonObject DryRun(
        string status,
        string? error,
        long totalDocuments,
        SyncCounts counts,
        (IReadOnlyList<string> Added, IReadOnlyList<string> Updated, IReadOnlyList<string> Deleted)? preview,
        IReadOnlyDictionary<string, string>? names = null
    ) =>
        new()
        {
            ["status"] = status,
            ["error"] = error,
            ["totalDocuments"] = totalDocuments,
            ["counts"] = Counts(counts),
            ["preview"] = preview is { } ids
                ? new JsonObject
                {
                    ["added"] = Ids(ids.Added),
                    ["updated"] = Ids(ids.Updated),
                    ["deleted"] = Ids(ids.Deleted),
                    ["names"] = Names(names),
                }
                : null,
        };

    /// <summary>A value without what looks like a secret. What is no number, switch or choice where one belongs may be anything, a password
    /// for example.</summary>
    private static JsonNode? Shown(ConfigField field, JsonNode? value)
    {
        var isText = value is JsonValue text && text.TryGetValue<string>(out _);
        var isTyped = field.Type is ConfigFieldType.Integer or ConfigFieldType.Boolean || field.Options.Count > 0;
        return isText && isTyped && Redactor.Quote(value!.GetValue<string>()) is not ['"', ..] ? Redactor.Mask : Redactor.Redact(value);
    }

    /// <summary>Another service may have written it.</summary>
    internal static string? Redacted(string? text) => text is null ? null : Redactor.Redact(text);

    private static JsonObject Counts(SyncCounts counts) =>
        new()
        {
            ["read"] = counts.Read,
            ["skipped"] = counts.Skipped,
            ["created"] = counts.Created,
            ["updated"] = counts.Updated,
            ["deleted"] = counts.Deleted,
            ["already_gone"] = counts.AlreadyGone,
            ["excluded"] = counts.Excluded,
            ["duplicates"] = counts.Duplicates,
            ["unreadable"] = counts.Unreadable,
            ["rejected"] = counts.Rejected,
            ["without_text"] = counts.WithoutText,
        };

    private static JsonArray Ids(IReadOnlyList<string> ids) => new([.. ids.Select(id => JsonValue.Create(id))]);

    private static JsonObject Names(IReadOnlyDictionary<string, string>? names)
    {
        var shown = new JsonObject();
        foreach (var (id, name) in names ?? new Dictionary<string, string>())
        {
            shown[id] = name;
        }

        return shown;
    }

    private static bool IsMarkedSensitive(JsonObject field) =>
        field["sensitive"] is JsonValue flag && flag.TryGetValue<bool>(out var isSensitive) && isSensitive;

    /// <summary>What keeps a connector that waits for its configuration from being synced, by field.</summary>
    private static JsonArray ConfigurationProblems(ConnectorRecord connector, SourceCheck sources, ConnectorServiceOptions options)
    {
        if (connector.Status is not (ConnectorStatus.Created or ConnectorStatus.NeedsConfiguration))
        {
            return new JsonArray();
        }

        var fields = Fields(connector, sources, options);
        var problems = fields.SelectMany(field =>
            ConfigurationValidator
                .Problems(connector.Configuration, fields, field)
                .Select(problem => new JsonObject { ["field"] = field.Name, ["problem"] = problem })
        );
        return new JsonArray([.. problems]);
    }

    /// <summary>
    /// Fields that the source declares and does not mark as sensitive. Fields that the source does not declare may be sensitive.
    /// </summary>
    private static Dictionary<string, ConfigField> OpenFields(
        ConnectorRecord connector,
        SourceCheck sources,
        ConnectorServiceOptions options
    ) => Fields(connector, sources, options).Where(field => !field.Sensitive).ToDictionary(field => field.Name, StringComparer.Ordinal);

    /// <summary>The fields that the connector's source declares; none when the source is not known.</summary>
    private static IReadOnlyList<ConfigField> Fields(ConnectorRecord connector, SourceCheck sources, ConnectorServiceOptions options)
    {
        try
        {
            return sources.Describe(connector.ServiceType ?? options.ServedAs(connector) ?? string.Empty).Fields;
        }
        catch (ConnectorException)
        {
            return [];
        }
    }
}
