using Connectors.Sync.Configuration.Loading;
using Connectors.Sync.Engine;

namespace Connectors.Sync.Configuration;

/// <summary>The whole configuration of the service, checked and unchanging. docs/configuration.md is its reference.</summary>
public sealed record ServiceConfiguration
{
    /// <summary>How Elasticsearch is reached.</summary>
    public ElasticsearchOptions Elasticsearch { get; init; } = new();

    /// <summary>How the service works.</summary>
    public ServiceOptions Service { get; init; } = new();

    /// <summary>How syncs are run.</summary>
    public SyncEngineOptions Engine { get; init; } = new() { StateFolder = Path.GetFullPath("state") };

    /// <summary>Connectors served by id.</summary>
    public IReadOnlyList<ConnectorEntry> Connectors { get; init; } = [];

    /// <summary>
    /// Service types whose connectors are all served. What was configured; or, when neither this nor <see cref="Connectors"/> was, every type under
    /// <see cref="Sources"/>.
    /// </summary>
    public IReadOnlyList<string> NativeServiceTypes { get; init; } = [];

    /// <summary>Class of each service type, as <c>Namespace.Type, Assembly</c>: the built-in ones and those of the configuration.</summary>
    public IReadOnlyDictionary<string, string> Sources { get; init; } = BuiltInSources.All;

    /// <summary>Things worth knowing that are no faults: settings without effect, old forms, risks taken.</summary>
    public IReadOnlyList<ConfigProblem> Notices { get; init; } = [];

    /// <summary>Reads a file and the environment of this process.</summary>
    /// <param name="path">The file; <see langword="null"/> for <c>config.yml</c> in the current folder, which then need not exist.</param>
    /// <exception cref="ConnectorException">Something is wrong; the message has one line for every fault.</exception>
    public static ServiceConfiguration Load(string? path)
    {
        var result = ServiceConfigurationReader.Read(path, ProcessEnvironment());
        return result.Configuration ?? throw new ConnectorException(string.Join(Environment.NewLine, result.Problems));
    }

    /// <summary>The variables of this process.</summary>
    internal static IReadOnlyDictionary<string, string> ProcessEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return variables;
    }
}

/// <summary>A connector that is served by its id.</summary>
/// <param name="ConnectorId">Its id.</param>
/// <param name="ServiceType">Its service type.</param>
/// <param name="ApiKey">The key to write its content index with, or <see langword="null"/> for that of <see cref="ElasticsearchOptions"/>.</param>
public sealed record ConnectorEntry(string ConnectorId, string ServiceType, Secret? ApiKey);
