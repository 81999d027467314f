using System.Text.Json.Nodes;
using Connectors.Sync.Elasticsearch;

namespace Connectors.Sync.Protocol;

/// <summary>The two indices that the protocol lives in. Elasticsearch 8.10 and newer makes them itself; elsewhere we do.</summary>
internal static class ProtocolIndices
{
    /// <summary>Alias of the index of connectors.</summary>
    public const string Connectors = ".elastic-connectors";

    /// <summary>Alias of the index of sync jobs.</summary>
    public const string SyncJobs = ".elastic-connectors-sync-jobs";

    /// <summary>How the names of indices of identities begin.</summary>
    internal const string AccessControlPrefix = ".search-acl-filter-";

    private const string Version = "-v1";

    // The fields that Elasticsearch 9.5 maps, by type.
    private const string ConnectorFields = """
        boolean: deleted features.filtering_advanced_config features.filtering_rules features.incremental_sync.enabled
        boolean: features.sync_rules.advanced.enabled features.sync_rules.basic.enabled is_native pipeline.extract_binary_content
        boolean: pipeline.reduce_whitespace pipeline.run_ml_inference scheduling.access_control.enabled scheduling.full.enabled
        boolean: scheduling.incremental.enabled sync_now
        date: filtering.active.advanced_snippet.created_at filtering.active.advanced_snippet.updated_at
        date: filtering.active.rules.created_at filtering.active.rules.updated_at filtering.draft.advanced_snippet.created_at
        date: filtering.draft.advanced_snippet.updated_at filtering.draft.rules.created_at filtering.draft.rules.updated_at
        date: last_access_control_sync_scheduled_at last_incremental_sync_scheduled_at last_seen last_sync_scheduled_at last_synced
        keyword: api_key_id error filtering.active.rules.field filtering.active.rules.id filtering.active.rules.policy
        keyword: filtering.active.rules.rule filtering.active.rules.value filtering.active.validation.errors.ids
        keyword: filtering.active.validation.state filtering.domain filtering.draft.rules.field filtering.draft.rules.id
        keyword: filtering.draft.rules.policy filtering.draft.rules.rule filtering.draft.rules.value
        keyword: filtering.draft.validation.errors.ids filtering.draft.validation.state index_name language
        keyword: last_access_control_sync_error last_access_control_sync_status last_sync_error last_sync_status name pipeline.name
        keyword: service_type status
        long: last_deleted_document_count last_indexed_document_count
        object: configuration custom_scheduling filtering.active.advanced_snippet.value filtering.draft.advanced_snippet.value
        object: sync_cursor
        short: filtering.active.rules.order filtering.draft.rules.order
        text: description filtering.active.validation.errors.messages filtering.draft.validation.errors.messages
        text: scheduling.access_control.interval scheduling.full.interval scheduling.incremental.interval
        """;

    private const string SyncJobFields = """
        boolean: connector.pipeline.extract_binary_content connector.pipeline.reduce_whitespace connector.pipeline.run_ml_inference
        date: cancelation_requested_at canceled_at completed_at connector.filtering.advanced_snippet.created_at
        date: connector.filtering.advanced_snippet.updated_at connector.filtering.rules.created_at
        date: connector.filtering.rules.updated_at created_at last_seen started_at
        integer: deleted_document_count indexed_document_count indexed_document_volume total_document_count
        keyword: connector.filtering.domain connector.filtering.rules.field connector.filtering.rules.id
        keyword: connector.filtering.rules.policy connector.filtering.rules.rule connector.filtering.rules.value
        keyword: connector.filtering.warnings.ids connector.id connector.index_name connector.language connector.pipeline.name
        keyword: connector.service_type error job_type status trigger_method worker_hostname
        object: connector.configuration connector.filtering.advanced_snippet.value connector.sync_cursor metadata
        short: connector.filtering.rules.order
        text: connector.filtering.warnings.messages
        """;

    /// <summary>Makes the indices that are not there, with their aliases. Harmless when they are.</summary>
    public static async Task EnsureAsync(IDocumentStore store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        await store.EnsureIndexAsync(Connectors + Version, Definition(Connectors, ConnectorFields), cancellationToken);
        await store.EnsureIndexAsync(SyncJobs + Version, Definition(SyncJobs, SyncJobFields), cancellationToken);
    }

    /// <summary>The index of the identities that search a content index. A job's copy of the connector names it already; whoever made that
    /// job.</summary>
    internal static string AccessControlOf(string index) =>
        index.StartsWith(AccessControlPrefix, StringComparison.Ordinal) ? index : AccessControlPrefix + index;

    private static JsonObject Definition(string alias, string fields) =>
        new()
        {
            ["aliases"] = new JsonObject { [alias] = new JsonObject() },
            ["settings"] = new JsonObject
            {
                ["index"] = new JsonObject
                {
                    ["hidden"] = true,
                    ["number_of_shards"] = 1,
                    ["auto_expand_replicas"] = "0-1",
                },
            },
            ["mappings"] = new JsonObject { ["dynamic"] = "false", ["properties"] = Properties(fields) },
        };

    private static JsonObject Properties(string fields)
    {
        var properties = new JsonObject();
        foreach (var line in fields.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (type, names) = (
                line[..line.IndexOf(':', StringComparison.Ordinal)],
                line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]
            );
            foreach (var name in names.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var path = name.Split('.');
                var place = properties;
                foreach (var part in path[..^1])
                {
                    place[part] ??= new JsonObject { ["properties"] = new JsonObject() };
                    place = place[part]!["properties"]!.AsObject();
                }

                place[path[^1]] = new JsonObject { ["type"] = type };
            }
        }

        return properties;
    }
}
