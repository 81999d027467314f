using Connectors.Abstractions;
using Connectors.Sync.Configuration.Loading;
using Connectors.Sync.Engine;

namespace Connectors.Sync.Configuration;

/// <summary>The whole configuration of the service, validated and immutable. docs/configuration.md is its reference.</summary>
internal sealed record ServiceConfiguration
{
    /// <summary>How Elasticsearch is reached.</summary>
    public ElasticsearchOptions Elasticsearch { get; init; } = new();

    /// <summary>Service settings.</summary>
    public ServiceOptions Service { get; init; } = new();

    /// <summary>Sync settings.</summary>
    public SyncEngineOptions Engine { get; init; } = new() { StateFolder = Path.GetFullPath("state") };

    /// <summary>Connectors served by id.</summary>
    public IReadOnlyList<ConnectorEntry> Connectors { get; init; } = [];

    /// <summary>
    /// Service types whose connectors are all served. What was configured; or, when neither this nor <see cref="Connectors"/> was, every
    /// type under <see cref="Sources"/>.
    /// </summary>
    public IReadOnlyList<string> NativeServiceTypes { get; init; } = [];

    /// <summary>Class of each service type, as <c>Namespace.Type, Assembly</c>: those of the host and those of the configuration.</summary>
    public IReadOnlyDictionary<string, string> Sources { get; init; } = SourceClasses.None.ByServiceType;

    /// <summary>Where a service type of one's own is set (<c>config.yml:12</c>), by service type.</summary>
    public IReadOnlyDictionary<string, string> SourceLocations { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether there was no file to read, so that only defaults and the environment count.</summary>
    public bool IsWithoutFile { get; init; }

    /// <summary>Whether nobody named an Elasticsearch, so that the default address is the one to try.</summary>
    public bool IsDefaultHost => IsWithoutFile && Elasticsearch.Hosts.SequenceEqual(new ElasticsearchOptions().Hosts);

    /// <summary>Notices that are no errors: settings without effect, old forms, security risks.</summary>
    public IReadOnlyList<ConfigProblem> Notices { get; init; } = [];

    /// <summary>Reads a file and overlays the environment.</summary>
    /// <param name="path">The file; <see langword="null"/> for <c>config.yml</c> in the current folder, which then need not exist.</param>
    /// <param name="environment">All environment variables.</param>
    /// <param name="sources">The sources that the host brings along.</param>
    public static ConfigurationOutcome Read(string? path, IReadOnlyDictionary<string, string> environment, SourceClasses sources) =>
        ServiceConfigurationReader.Read(path, environment, sources);
}

/// <summary>The result of reading a configuration.</summary>
/// <param name="Configuration">The configuration, or <see langword="null"/> when there are problems.</param>
/// <param name="Problems">All problems, in the order of the file; those of the environment last.</param>
internal sealed record ConfigurationOutcome(ServiceConfiguration? Configuration, IReadOnlyList<ConfigProblem> Problems);

/// <summary>A connector that is served by its id.</summary>
/// <param name="ConnectorId">Its id.</param>
/// <param name="ServiceType">Its service type.</param>
/// <param name="ApiKey">
/// The key to write its content index with, or <see langword="null"/> for the credentials of <see cref="ElasticsearchOptions"/>.
/// </param>
/// <param name="Location">Where it is listed: <c>config.yml:12</c>.</param>
internal sealed record ConnectorEntry(string ConnectorId, string ServiceType, Secret? ApiKey, string Location = "");
