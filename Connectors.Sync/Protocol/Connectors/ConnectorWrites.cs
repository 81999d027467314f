using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sync.Protocol.Connectors;

/// <summary>What is written into a connector's document; <see langword="null"/> when the document says it already. Pure:
/// <see cref="ConnectorIndex"/> decides when, and writes it. <see cref="LastSyncWrites"/> has what a job's start and end change.</summary>
internal static class ConnectorWrites
{
    /// <summary>The source answered.</summary>
    public static JsonObject? Connected(ConnectorRecord connector) =>
        connector is { Status: ConnectorStatus.Connected, Error: null }
            ? null
            : new JsonObject { ["status"] = ConnectorStatus.Connected.ToWord(), ["error"] = null };

    /// <summary>There is a problem that the user has to know.</summary>
    public static JsonObject? Failed(ConnectorRecord connector, string error) =>
        connector.Status == ConnectorStatus.Error && connector.Error == error
            ? null
            : new JsonObject { ["status"] = ConnectorStatus.Error.ToWord(), ["error"] = error };

    /// <summary>A job was made for a schedule's time. Never goes back.</summary>
    public static JsonObject? Scheduled(ConnectorRecord connector, JobType type, DateTimeOffset scheduledAt) =>
        connector.LastScheduledAt(type) >= scheduledAt
            ? null
            : new JsonObject { [ConnectorRecord.ScheduledAtField(type)] = ProtocolTime.Format(scheduledAt) };

    /// <summary>The same, for the schedule of syncs that only delete.</summary>
    public static JsonObject? DeletesOnlyScheduled(ConnectorRecord connector, DateTimeOffset scheduledAt) =>
        connector.DeletesOnlyScheduledAt >= scheduledAt
            ? null
            : new JsonObject
            {
                ["custom_scheduling"] = new JsonObject
                {
                    [ConnectorRecord.DeletesOnlyName] = new JsonObject { ["last_synced"] = ProtocolTime.Format(scheduledAt) },
                },
            };

    /// <summary>The value of a field of the configuration was replaced by its service.</summary>
    public static JsonObject? ValueReplaced(ConnectorRecord connector, string field, Predicate<Secret?> isOutdated, Secret value) =>
        connector.SecretOf(field) is var current && isOutdated(current) && !value.Equals(current)
            ? new JsonObject
            {
                ["configuration"] = new JsonObject { [field] = new JsonObject { ["value"] = value.Reveal() } },
            }
            : null;

    /// <summary>A job was made for <c>sync_now</c>.</summary>
    public static JsonObject? SyncNowCleared(ConnectorRecord connector) =>
        connector.SyncNow ? new JsonObject { ["sync_now"] = false } : null;
}
