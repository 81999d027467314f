using System.Text.Json.Nodes;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.Sync;
using Connectors.Sync.Configuration;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;

namespace Connectors.Functions.Http;

/// <summary>Connectors and syncs as the API shows them.</summary>
internal static class ApiViews
{
    /// <summary>A connector, short.</summary>
    public static JsonObject Connector(ConnectorRecord connector) => new()
    {
        ["id"] = connector.Id,
        ["name"] = connector.Name,
        ["serviceType"] = connector.ServiceType,
        ["indexName"] = connector.IndexName,
        ["status"] = connector.Status.ToWord(),
        ["error"] = connector.Error,
        ["lastSeen"] = connector.LastSeen,
        ["lastSynced"] = connector.LastSynced,
        ["lastSyncStatus"] = connector.LastSyncStatus?.ToWord(),
    };

    /// <summary>A connector with its schedule and its configuration, without what is sensitive.</summary>
    public static JsonObject Details(ConnectorRecord connector, AppServices services)
    {
        var view = Connector(connector);
        view["schedule"] = connector.Schedule(JobType.Full) is { } schedule ? new JsonObject { ["enabled"] = schedule.Enabled, ["interval"] = schedule.Interval } : null;
        view["pipeline"] = connector.Pipeline?.Name;
        var open = OpenFields(connector, services);
        view["configuration"] = new JsonObject((connector.Configuration ?? [])
            .Where(field => open.Contains(field.Key) && field.Value is JsonObject shown && !IsMarkedSensitive(shown))
            .Select(field => KeyValuePair.Create(field.Key, field.Value!["value"]?.DeepClone())));
        return view;
    }

    /// <summary>A job.</summary>
    public static JsonObject Job(SyncJobRecord job)
    {
        var counts = job.Metadata?.DeepClone().AsObject() ?? [];
        var rejections = counts["rejections"]?.DeepClone();
        foreach (var name in (string[])["rejections", "worker", "allow_mass_delete", "reindex"])
        {
            counts.Remove(name);
        }

        return new JsonObject
        {
            ["id"] = job.Id,
            ["connectorId"] = job.ConnectorId,
            ["indexName"] = job.IndexName,
            ["type"] = job.Type?.ToWord(),
            ["trigger"] = job.TriggerMethod.ToWord(),
            ["status"] = job.Status?.ToWord(),
            ["error"] = job.Error,
            ["createdAt"] = job.CreatedAt,
            ["startedAt"] = job.StartedAt,
            ["lastSeen"] = job.LastSeen,
            ["completedAt"] = job.CompletedAt,
            ["indexedDocuments"] = job.IndexedDocumentCount,
            ["deletedDocuments"] = job.DeletedDocumentCount,
            ["totalDocuments"] = job.TotalDocumentCount,
            ["counts"] = counts,
            ["rejections"] = rejections,
        };
    }

    /// <summary>What an orchestration says of itself while it runs.</summary>
    public static JsonObject Progress(SyncStatus status) => new()
    {
        ["phase"] = status.Phase.ToWord(),
        ["counts"] = Counts(status.Counts),
        ["estimatedDocuments"] = status.EstimatedDocuments,
    };

    /// <summary>How a dry run ended.</summary>
    public static JsonObject Summary(SyncSummary summary) => new()
    {
        ["status"] = summary.Status,
        ["error"] = summary.Message,
        ["totalDocuments"] = summary.TotalDocuments,
        ["counts"] = Counts(summary.Counts),
        ["preview"] = summary.Preview is { } preview
            ? new JsonObject { ["added"] = Ids(preview.Added), ["updated"] = Ids(preview.Updated), ["deleted"] = Ids(preview.Deleted) }
            : null,
    };

    private static JsonObject Counts(SyncCounts counts) => new()
    {
        ["read"] = counts.Read,
        ["skipped"] = counts.Skipped,
        ["created"] = counts.Created,
        ["updated"] = counts.Updated,
        ["deleted"] = counts.Deleted,
        ["already_gone"] = counts.AlreadyGone,
        ["duplicates"] = counts.Duplicates,
        ["unreadable"] = counts.Unreadable,
        ["rejected"] = counts.Rejected,
    };

    private static JsonArray Ids(IReadOnlyList<string> ids) => new([.. ids.Select(id => JsonValue.Create(id))]);

    private static bool IsMarkedSensitive(JsonObject field) => field["sensitive"] is JsonValue flag && flag.TryGetValue<bool>(out var isSensitive) && isSensitive;

    /// <summary>Fields that the source knows and does not call sensitive. Of what it does not know nobody can tell.</summary>
    private static HashSet<string> OpenFields(ConnectorRecord connector, AppServices services)
    {
        IEnumerable<ConfigField> fields = [];
        try
        {
            fields = services.Sources.Describe(connector.ServiceType ?? services.Options.ServedAs(connector) ?? string.Empty).Fields;
        }
        catch (ConnectorException)
        {
            // Not a source of ours: nothing of its configuration is shown.
        }

        return fields.Where(field => !field.Sensitive).Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
    }
}
