using MongoDB.Bson;
using MongoDB.Driver;

namespace Connectors.Sync.Sources.MongoDB;

/// <summary>
/// The documents of a MongoDB collection. Reads only. Pages are cut by <c>_id</c> and hold no cursor, so that a sync can go on after any of them,
/// in any process. See docs/sources/mongodb.md for fields, privileges and conversions.
/// </summary>
public sealed class MongoDataSource : IDataSource, IChangeFeed, IIdLister
{
    private readonly SourceContext _context;
    private readonly int _documentsAPartition;
    private readonly Lazy<Connection> _connection;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public MongoDataSource(SourceContext context)
        : this(context, MongoPartitions.DocumentsAPartition)
    {
    }

    /// <summary>For tests, which have few documents.</summary>
    internal MongoDataSource(SourceContext context, int documentsAPartition)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
        _documentsAPartition = documentsAPartition;
        _connection = new Lazy<Connection>(Connect);
    }

    /// <inheritdoc/>
    public SourceDescription Description { get; } = new() { Name = "MongoDB", ServiceType = "mongodb", Fields = MongoConfiguration.Fields, HasChangeFeed = true };

    /// <inheritdoc/>
    public Task PingAsync(CancellationToken cancellationToken) => CallAsync(
        async connection =>
        {
            await MongoCheck.RunAsync(connection.Database, connection.Configuration, cancellationToken);
            return true;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<ChangeAnswer> HasChangedAsync(string? lastMark, CancellationToken cancellationToken) => CallAsync(
        async connection =>
        {
            var (mark, documents) = await new MongoFacts(connection.Client, connection.Configuration).ReadAsync(cancellationToken);
            return new ChangeAnswer(mark is null || mark != lastMark, mark, documents);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) => CallAsync(
        connection => new MongoPartitions(connection.Database, connection.Configuration.Collection, _documentsAPartition).PlanAsync(wanted, cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public Task<SourcePage> ReadPageAsync(SourcePartition partition, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partition);
        return CallAsync(connection => connection.Pages.ReadAsync(IdRange.Decode(partition.Bounds), after, limits, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<SourcePage> ReadIdsAsync(SourcePartition partition, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partition);
        return CallAsync(connection => connection.Ids.ReadAsync(IdRange.Decode(partition.Bounds), after, limits, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>Change streams exist on replica sets and sharded clusters only.</remarks>
    public async Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(connection => connection.Changes.FindCursorAsync(cancellationToken), cancellationToken);
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
            return ChangePage.Lost(failure.Message);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_connection.IsValueCreated)
        {
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
        var pages = new MongoPages(collection, writer);
        var ids = new MongoPages(collection, writer, new BsonDocument("_id", 1));
        return new Connection(configuration, client, database, pages, ids, new MongoChanges(client, collection, pages), new MongoErrors(configuration));
    }

    private async Task<T> CallAsync<T>(Func<Connection, Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var connection = _connection.Value;
        return await connection.Errors.TranslateAsync(() => call(connection), () => connection.Client.Cluster.Description, cancellationToken);
    }

    private sealed record Connection(MongoConfiguration Configuration, MongoClient Client, IMongoDatabase Database, MongoPages Pages, MongoPages Ids, MongoChanges Changes, MongoErrors Errors);
}
