using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB.Ids;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Connectors.Sources.Databases.MongoDB;

/// <summary>
/// Divides a collection into ranges of <c>_id</c> of about equal size. The bounds are ids drawn by <c>$sample</c>, which walks a random
/// cursor and costs nothing to speak of, and they are sorted by the server, whose collation counts. Together the ranges always cover every
/// possible id.
/// </summary>
/// <param name="database">Where the collection is.</param>
/// <param name="collection">Its name.</param>
/// <param name="documentsAPartition">How many documents a partition holds at least; a collection below twice that is read as one.</param>
internal sealed class MongoPartitions(IMongoDatabase database, string collection, int documentsAPartition)
{
    /// <summary>What pays: below, opening another reader costs more than it brings.</summary>
    public const int DocumentsAPartition = 10_000;

    private const int SamplesAPartition = 32;

    public async Task<IReadOnlyList<SourcePartition>> PlanAsync(int wanted, CancellationToken cancellationToken)
    {
        if (wanted <= 1)
        {
            return [SourcePartition.All];
        }

        try
        {
            // To sample a view, or a time series, the server would read all of it.
            var info = await MongoServerInfo.CollectionAsync(database, collection, cancellationToken);
            if (info is null || info.GetValue("type", string.Empty) != "collection")
            {
                return [SourcePartition.All];
            }

            var count = await database
                .GetCollection<BsonDocument>(collection)
                .EstimatedDocumentCountAsync(options: null, cancellationToken);
            var parts = (int)Math.Min(wanted, count / documentsAPartition);
            return parts < 2 ? [SourcePartition.All] : Divide(await SampleAsync(parts * SamplesAPartition, cancellationToken), parts);
        }
        catch (MongoCommandException)
        {
            // Not allowed, or not known to this server: one reader finds out whether the documents themselves can be read.
            return [SourcePartition.All];
        }
    }

    /// <summary>Cuts at evenly spaced samples. Few different samples make fewer partitions.</summary>
    public static IReadOnlyList<SourcePartition> Divide(IReadOnlyList<RawId> sorted, int parts)
    {
        var bounds = new List<RawId>();
        for (var i = 1; i < parts; i++)
        {
            var candidate = sorted.Count == 0 ? default : sorted[(int)((long)i * sorted.Count / parts)];
            if (sorted.Count > 0 && (bounds.Count == 0 || candidate.Encode() != bounds[^1].Encode()))
            {
                bounds.Add(candidate);
            }
        }

        var partitions = new List<SourcePartition>();
        for (var i = 0; i <= bounds.Count; i++)
        {
            var range = new IdRange(i == 0 ? null : bounds[i - 1], i == bounds.Count ? null : bounds[i]);
            partitions.Add(
                bounds.Count == 0
                    ? SourcePartition.All
                    : new SourcePartition(string.Create(CultureInfo.InvariantCulture, $"{i + 1} of {bounds.Count + 1}"), range.Encode())
            );
        }

        return partitions;
    }

    private async Task<IReadOnlyList<RawId>> SampleAsync(int size, CancellationToken cancellationToken)
    {
        PipelineDefinition<RawBsonDocument, RawBsonDocument> pipeline = new BsonDocument[]
        {
            new("$sample", new BsonDocument("size", size)),
            new("$project", new BsonDocument("_id", 1)),
            new("$sort", new BsonDocument("_id", 1)),
        };
        using var cursor = await database
            .GetCollection<RawBsonDocument>(collection)
            .AggregateAsync(pipeline, options: null, cancellationToken);
        var ids = new List<RawId>();
        while (await cursor.MoveNextAsync(cancellationToken))
        {
            foreach (var document in cursor.Current)
            {
                var id = RawId.Of(document.ToBson()).Copy();
                if (IdRange.CanBound(id))
                {
                    ids.Add(id);
                }
            }
        }

        return ids;
    }
}
