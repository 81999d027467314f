using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sync.Sources;

/// <summary>Makes sources by service type. Safe for concurrent use.</summary>
internal interface ISourceFactory
{
    /// <summary>What the source of a service type is and what it needs to be told.</summary>
    /// <exception cref="ConnectorException">There is none, or its class can't be loaded; the message says why and what to do.</exception>
    SourceDescription Describe(string serviceType);

    /// <summary>Makes the source of a service type for one sync or check; the caller disposes it.</summary>
    /// <param name="serviceType">The connector's service type.</param>
    /// <param name="configuration">The <c>configuration</c> of the connector or of the sync job.</param>
    /// <exception cref="ConnectorException">There is none, or its class can't be loaded; the message says why and what to do.</exception>
    IDataSource Create(string serviceType, JsonObject? configuration);

    /// <summary>The same, with advanced sync rules.</summary>
    /// <param name="serviceType">The connector's service type.</param>
    /// <param name="configuration">The <c>configuration</c> of the connector or of the sync job.</param>
    /// <param name="advancedRules">Given to the source as <see cref="SourceContext.AdvancedRules"/>.</param>
    /// <exception cref="ConnectorException">There is none, it has no advanced rules, or its class can't be loaded.</exception>
    IDataSource Create(string serviceType, JsonObject? configuration, JsonNode? advancedRules) =>
        advancedRules is null
            ? Create(serviceType, configuration)
            : throw new ConnectorException(
                $"The source \"{serviceType}\" has no advanced sync rules. Remove them from the connector, then start a sync."
            );

    /// <summary>The same, with a place for values that the service replaces.</summary>
    /// <param name="serviceType">The connector's service type.</param>
    /// <param name="configuration">The <c>configuration</c> of the connector or of the sync job.</param>
    /// <param name="advancedRules">The advanced sync rules in force, or <see langword="null"/>.</param>
    /// <param name="store">Given to the source as <see cref="SourceContext.Store"/>.</param>
    /// <exception cref="ConnectorException">There is none, it has no advanced rules, or its class can't be loaded.</exception>
    IDataSource Create(string serviceType, JsonObject? configuration, JsonNode? advancedRules, ISettingStore? store) =>
        advancedRules is null ? Create(serviceType, configuration) : Create(serviceType, configuration, advancedRules);
}
