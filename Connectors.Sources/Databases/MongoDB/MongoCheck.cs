using Connectors.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Connectors.Sources.Databases.MongoDB;

/// <summary>The check before a sync: the server answers, the login works, the collection is there and can be read.</summary>
internal static class MongoCheck
{
    private const int NamesToShow = 10;
    private const int Unauthorized = 13;

    public static async Task RunAsync(IMongoDatabase database, MongoConfiguration configuration, CancellationToken cancellationToken)
    {
        await database.RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), readPreference: null, cancellationToken);
        if (await NamesAsync(database, cancellationToken) is { } names && !names.Contains(configuration.Collection))
        {
            throw new ConnectorException(
                names.Count == 0
                    ? $"database: '{configuration.Database}' does not exist on this server, or holds no collection that may be seen."
                    : $"collection: '{configuration.Collection}' does not exist in database '{configuration.Database}'. Existing "
                        + "collections: "
                        + $"{string.Join(", ", names.Take(NamesToShow))}{(names.Count > NamesToShow ? ", ..." : string.Empty)}."
            );
        }

        var options = new FindOptions<RawBsonDocument> { Limit = -1, Projection = new BsonDocument("_id", 1) };
        using var cursor = await database
            .GetCollection<RawBsonDocument>(configuration.Collection)
            .FindAsync(new BsonDocument(), options, cancellationToken);
        await cursor.MoveNextAsync(cancellationToken);
    }

    /// <summary>The collections by name; <see langword="null"/> when the user may not list them.</summary>
    private static async Task<SortedSet<string>?> NamesAsync(IMongoDatabase database, CancellationToken cancellationToken)
    {
        try
        {
            using var cursor = await database.ListCollectionNamesAsync(
                new ListCollectionNamesOptions { AuthorizedCollections = true },
                cancellationToken
            );
            return new SortedSet<string>(await cursor.ToListAsync(cancellationToken), StringComparer.Ordinal);
        }
        catch (MongoCommandException exception) when (exception.Code == Unauthorized)
        {
            return null;
        }
    }
}
