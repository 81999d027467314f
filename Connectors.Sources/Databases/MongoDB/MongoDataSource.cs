using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB.Bson;
using Connectors.Sources.Databases.MongoDB.Ids;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Connectors.Sources.Databases.MongoDB;

/// <summary>
/// The documents of a MongoDB collection. Reads only. Pages are cut by <c>_id</c> and hold no cursor, so that a sync can go on after any of
/// them, in any process. See docs/sources/mongodb.md for fields, privileges and conversions.
/// </summary>
public sealed class MongoDataSource : IDataSource, IChangeFeed, IIdLister
{
    private readonly SourceContext _context;
    private readonly int _documentsAPartition;
    private readonly Lazy<Connection> _connection;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public MongoDataSource(SourceContext context)
        : this(context, MongoPartitions.DocumentsAPartition) { }

    /// <summary>For tests, which have few documents.</summary>
    internal MongoDataSource(SourceContext context, int documentsAPartition)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
        _documentsAPartition = documentsAPartition;
        _connection = new Lazy<Connection>(Connect);
    }

    /// <inheritdoc/>
    public SourceDescription Description { get; } =
        new()
        {
            Name = "MongoDB",
            ServiceType = "mongodb",

            // The id says what it is.
            NameFields = [],
            Fields = MongoConfiguration.Fields,
            HasChangeFeed = true,
            CheckAdvancedRules = MongoRules.Check,
        };

    /// <inheritdoc/>
    public Task PingAsync(CancellationToken cancellationToken) =>
        CallAsync(
            async connection =>
            {
                await MongoCheck.RunAsync(connection.Database, connection.Configuration, cancellationToken);
                return true;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        CallAsync(
            async connection =>
            {
                var (mark, documents) = await new MongoServerInfo(connection.Client, connection.Configuration).ReadAsync(cancellationToken);

                // What a pipeline or an expression gives may depend on the time, or on other collections.
                mark = connection.Rules.IsVolatile ? null : mark;
                return new ChangeCheckResult(
                    mark is null || mark != lastToken,
                    mark,
                    connection.Rules == MongoRules.None ? documents : null
                );
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
        CallAsync(
            connection =>
                connection.Aggregation is not null
                    ? Task.FromResult<IReadOnlyList<SourcePartition>>([SourcePartition.All])
                    : new MongoPartitions(connection.Database, connection.Configuration.Collection, _documentsAPartition).PlanAsync(
                        wanted,
                        cancellationToken
                    ),
            cancellationToken
        );

    /// <inheritdoc/>
    public Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(partition);
        return CallAsync(
            connection =>
                connection.Aggregation?.ReadAsync(after, limits, cancellationToken)
                ?? connection.Pages.ReadAsync(IdRange.Decode(partition.Bounds), after, limits, cancellationToken),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public Task<SourcePage> ReadIdsAsync(SourcePartition partition, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partition);
        return CallAsync(
            connection =>
                connection.Aggregation?.ReadAsync(after, limits, cancellationToken)
                ?? connection.Ids.ReadAsync(IdRange.Decode(partition.Bounds), after, limits, cancellationToken),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    /// <remarks>Change streams exist on replica sets and sharded clusters only.</remarks>
    public async Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(
                connection =>
                    connection.Aggregation is null
                        ? connection.Changes.FindCursorAsync(cancellationToken)
                        : Task.FromResult(new ChangeStart(null, "What a pipeline makes of a change can't be told without running it.")),
                cancellationToken
            );
        }
        catch (ConnectorException failure) when (failure.Kind is FailureKind.Fatal)
        {
            return new ChangeStart(null, failure.Message);
        }
    }

    /// <inheritdoc/>
    /// <remarks>A server that does not go on from the cursor, whatever it says, has lost it: everything is read then.</remarks>
    public async Task<ChangePage> ReadChangesAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(connection => connection.Changes.ReadAsync(cursor, after, limits, cancellationToken), cancellationToken);
        }
        catch (ConnectorException failure) when (failure.Kind is FailureKind.Fatal)
        {
            return ChangePage.Expired(failure.Message);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_connection.IsValueCreated)
        {
            _connection.Value.Aggregation?.Dispose();
            _connection.Value.Client.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private Connection Connect()
    {
        var configuration = MongoConfiguration.From(_context.Settings);
        var client = MongoClients.Create(configuration);
        var database = client.GetDatabase(configuration.Database);
        var collection = database.GetCollection<RawBsonDocument>(configuration.Collection);
        var writer = new BsonJsonWriter(configuration.Dates);
        var rules = MongoRules.From(_context.AdvancedRules);
        var pages = new MongoPages(collection, writer, rules.Projection, rules.Filter);
        var ids = new MongoPages(collection, writer, new BsonDocument("_id", 1), rules.Filter);
        var aggregation = rules.Pipeline is null ? null : new MongoAggregation(collection, rules, pages);
        return new Connection(
            configuration,
            rules,
            client,
            database,
            pages,
            ids,
            aggregation,
            new MongoChanges(client, collection, pages),
            new MongoErrors(configuration)
        );
    }

    private async Task<T> CallAsync<T>(Func<Connection, Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var connection = _connection.Value;
        return await connection.Errors.TranslateAsync(
            () => call(connection),
            () => connection.Client.Cluster.Description,
            cancellationToken
        );
    }

    private sealed record Connection(
        MongoConfiguration Configuration,
        MongoRules Rules,
        MongoClient Client,
        IMongoDatabase Database,
        MongoPages Pages,
        MongoPages Ids,
        MongoAggregation? Aggregation,
        MongoChanges Changes,
        MongoErrors Errors
    );
}
