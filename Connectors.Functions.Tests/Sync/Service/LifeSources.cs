using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Sources;
using Connectors.Tests.Sync.Protocol;

namespace Connectors.Tests.Sync.Service;

/// <summary>The source of the recorded life: Elastic's MongoDB fields, a ping that answers what the recorded server did, and its check of
/// advanced rules.</summary>
internal sealed class LifeSources : ISourceFactory
{
    private static readonly SourceDescription Mongo = new()
    {
        Name = "MongoDB",
        ServiceType = "mongodb",
        Fields = Some.MongoFields,
        CheckAdvancedRules = rules =>
            rules["find"] is JsonObject find && find.ContainsKey("nonsense") ? ["data.find must not contain {'nonsense'} properties"] : [],
    };

    /// <summary>Why the server can't be used, by its host and collection.</summary>
    public Func<string?, string?, string?> Trouble { get; set; } = (_, _) => null;

    public SourceDescription Describe(string serviceType) => Mongo;

    public IDataSource Create(string serviceType, JsonObject? configuration) => Create(serviceType, configuration, null);

    public IDataSource Create(string serviceType, JsonObject? configuration, JsonNode? advancedRules) =>
        new Source(Trouble(configuration?["host"]?["value"]?.ToString(), configuration?["collection"]?["value"]?.ToString()));

    private sealed class Source(string? trouble) : IDataSource
    {
        public SourceDescription Description => Mongo;

        public Task PingAsync(CancellationToken cancellationToken) =>
            trouble is null ? Task.CompletedTask : Task.FromException(new ConnectorException(trouble));

        public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
            Task.FromResult(ChangeCheckResult.Unknown);

        public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<SourcePartition>>([SourcePartition.All]);

        public Task<SourcePage> ReadPageAsync(
            SourcePartition partition,
            PageToken after,
            PageLimits limits,
            CancellationToken cancellationToken
        ) => throw new InvalidOperationException("The scripted engine reads nothing.");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
