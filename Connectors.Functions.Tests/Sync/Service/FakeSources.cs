using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Sources;
using Connectors.Tests.Sync.Protocol;

namespace Connectors.Tests.Sync.Service;

/// <summary>One service type, <c>fake</c>, whose ping does what a test says.</summary>
internal sealed class FakeSources : ISourceFactory
{
    public static SourceDescription Description { get; } =
        new()
        {
            Name = "Fake",
            ServiceType = "fake",
            Fields =
            [
                new("host", "Host"),
                new("limit", "Limit")
                {
                    Type = ConfigFieldType.Integer,
                    DefaultValue = 10,
                    Validations = [new("greater_than", 0)],
                },
                new("key", "Key") { Required = false, Sensitive = true },
                new("token", "Token")
                {
                    Required = false,
                    Sensitive = true,
                    IsReplacedByUse = true,
                },
            ],
        };

    /// <summary>Whether its source says that it can tell what changed.</summary>
    public bool HasChangeFeed { get; set; }

    /// <summary>Whether its source says that it knows who may see what.</summary>
    public bool HasAccessControl { get; set; }

    public Func<CancellationToken, Task> Ping { get; set; } = _ => Task.CompletedTask;

    /// <summary>What closing a source waits for.</summary>
    public Task Closing { get; set; } = Task.CompletedTask;

    public int Open { get; private set; }

    /// <summary>A connector that is configured, as its document has it.</summary>
    public static JsonObject Connector(string id, string name, string serviceType, Dictionary<string, JsonNode?> settings) =>
        new()
        {
            ["name"] = name,
            ["service_type"] = serviceType,
            ["index_name"] = $"search-{id}",
            ["status"] = "configured",
            ["configuration"] = ConnectorConfiguration.Render(Description.Fields, settings),
            ["features"] = Some.NoFeatures(),
        };

    public SourceDescription Describe(string serviceType) =>
        serviceType switch
        {
            "fake" => Description with
            {
                HasChangeFeed = HasChangeFeed,
                HasAccessControl = HasAccessControl,
                Fields = HasAccessControl ? [.. Description.Fields, AccessControl.Switch] : Description.Fields,
            },
            "broken" => throw new InvalidOperationException("password=hunter2"),
            _ => throw new ConnectorException($"There is no source for the service type \"{serviceType}\"."),
        };

    public IDataSource Create(string serviceType, JsonObject? configuration)
    {
        Open++;
        return new Source(this);
    }

    private sealed class Source(FakeSources owner) : IDataSource, IAccessControlSource
    {
        public SourceDescription Description => FakeSources.Description;

        public Task PingAsync(CancellationToken cancellationToken) => owner.Ping(cancellationToken);

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

        public IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync(CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The scripted engine reads nothing.");

        public async ValueTask DisposeAsync()
        {
            owner.Open--;
            await owner.Closing;
        }
    }
}
