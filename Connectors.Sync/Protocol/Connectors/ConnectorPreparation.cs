using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sync.Protocol.Connectors;

/// <summary>What a connector lacks for a user to configure it. Pure; what the user entered is never touched.</summary>
/// <param name="fields">The fields of its source.</param>
/// <param name="hasAdvancedRules">Whether its source can apply advanced sync rules.</param>
/// <param name="hasIncrementalSync">Whether it can be synced incrementally.</param>
/// <param name="hasAccessControl">Whether its source knows who may see what.</param>
internal sealed class ConnectorPreparation(
    IReadOnlyList<ConfigField> fields,
    bool hasAdvancedRules,
    bool hasIncrementalSync,
    bool hasAccessControl
)
{
    /// <summary>What a connector of a source lacks.</summary>
    public static ConnectorPreparation For(SourceDescription source) =>
        new(
            source.Fields,
            hasAdvancedRules: source.CheckAdvancedRules is not null,
            hasIncrementalSync: source.HasChangeFeed,
            hasAccessControl: source.HasAccessControl
        );

    /// <summary>What is to be merged into the connector; <see langword="null"/> when it lacks nothing.</summary>
    /// <param name="connector">The connector as it is.</param>
    /// <param name="serviceType">Its source, written when it does not say one.</param>
    public JsonObject? Of(ConnectorRecord connector, string serviceType)
    {
        var change = new JsonObject();
        if (connector.ServiceType is null)
        {
            change["service_type"] = serviceType;
        }

        if (connector.Configuration is not { Count: > 0 })
        {
            change["configuration"] = ConnectorConfiguration.Render(fields);
            change["status"] = ConnectorStatus.NeedsConfiguration.ToWord();
        }
        else
        {
            if (ConnectorConfiguration.Missing(connector.Configuration, fields) is { } missing)
            {
                change["configuration"] = missing;
            }

            if (connector.Status == ConnectorStatus.Created)
            {
                var isComplete = ConfigurationValidator.Problems(connector.Configuration, fields).Count == 0;
                change["status"] = (isComplete ? ConnectorStatus.Configured : ConnectorStatus.NeedsConfiguration).ToWord();
            }
        }

        if (!ConnectorFeatures.AreAnnounced(connector.Features, hasAdvancedRules, hasIncrementalSync, hasAccessControl))
        {
            change["features"] = ConnectorFeatures.Render(hasAdvancedRules, hasIncrementalSync, hasAccessControl);
        }

        return change.Count > 0 ? change : null;
    }
}
