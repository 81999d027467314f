using MongoDB.Bson;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>find and aggregate over a collection, as enumerations of BSON bytes.</summary>
internal static class MongoWireQueries
{
    /// <summary>Without a sort the documents come in descending <c>_id</c> order, so that a reader who forgot it is found out.</summary>
    public static IEnumerator<ReadOnlyMemory<byte>> Find(MongoWireCollection? collection, BsonDocument command)
    {
        foreach (var name in command.Names)
        {
            if (name is "min" or "max" or "hint" or "collation" or "tailable" or "returnKey" or "let")
            {
                throw new NotSupportedException($"The test server does not know find's {name}.");
            }
        }

        var sorted = collection?.Sorted ?? [];
        var filter = new MongoWireFilter(command.GetValue("filter", new BsonDocument()).AsBsonDocument, sorted);
        var limit = Math.Abs(command.GetValue("limit", 0).ToInt64());
        var skip = command.GetValue("skip", 0).ToInt64();
        var projection = command.GetValue("projection", new BsonDocument()).AsBsonDocument;
        var sort = command.GetValue("sort", new BsonDocument()).AsBsonDocument;
        var matching =
            sort.ElementCount == 0 || (sort.ElementCount == 1 && sort.Contains("_id"))
                ? InIdOrder(sorted, filter, ascending: sort.GetValue("_id", -1).ToInt32() > 0)
                : Sort(InIdOrder(sorted, filter, ascending: true), sort);
        return Cut(matching, skip, limit == 0 ? long.MaxValue : limit, projection);
    }

    public static IEnumerator<ReadOnlyMemory<byte>> Aggregate(MongoWireServer server, MongoWireCollection? collection, BsonDocument command)
    {
        var stages = command["pipeline"].AsBsonArray.Select(stage => stage.AsBsonDocument.GetElement(0)).ToList();
        IEnumerable<BsonDocument> documents = [];
        for (var i = 0; i < stages.Count; i++)
        {
            var (name, options) = (stages[i].Name, stages[i].Value);
            if (i == 0)
            {
                var sorted = collection?.Sorted ?? [];
                documents = name switch
                {
                    "$collStats" => [MongoWireInfo.CollStats(server, collection, options.AsBsonDocument)],
                    "$sample" => Sample(sorted, server.Random, options["size"].ToInt32()),
                    _ => sorted.Reverse().Select(document => document.Parse()),
                };
                if (name is "$collStats" or "$sample")
                {
                    continue;
                }
            }

            documents = Apply(name, options, documents);
        }

        return documents.Select(document => new ReadOnlyMemory<byte>(document.ToBson())).GetEnumerator();
    }

    private static IEnumerable<BsonDocument> Apply(string name, BsonValue options, IEnumerable<BsonDocument> documents)
    {
        switch (name)
        {
            case "$match":
                var ordered = documents.Select(StoredDocument.From).Order(StoredDocument.ById).ToArray();
                var filter = new MongoWireFilter(options.AsBsonDocument, ordered);
                return InIdOrder(ordered, filter, ascending: true).Select(document => document.Parse());
            case "$sort":
                return Sort(documents.Select(StoredDocument.From), options.AsBsonDocument).Select(document => document.Parse());
            case "$limit":
                return documents.Take(options.ToInt32());
            case "$skip":
                return documents.Skip(options.ToInt32());
            case "$project":
                return documents.Select(document => Project(document, options.AsBsonDocument));
            case "$count":
                return new[] { documents.Count() }.Where(count => count > 0).Select(count => new BsonDocument(options.AsString, count));
            case "$group" when options["_id"].IsBsonNull || options["_id"].IsInt32:
                var sum = options.AsBsonDocument.Names.Last();
                return new[] { documents.Count() }
                    .Where(count => count > 0)
                    .Select(count => new BsonDocument { { "_id", options["_id"] }, { sum, count } });
            default:
                throw new NotSupportedException($"The test server does not know {name}.");
        }
    }

    private static IEnumerable<BsonDocument> Sample(StoredDocument[] sorted, Random random, int size)
    {
        if (size >= sorted.Length)
        {
            return sorted.Select(document => document.Parse());
        }

        var chosen = new HashSet<int>();
        while (chosen.Count < size)
        {
            chosen.Add(random.Next(sorted.Length));
        }

        return chosen.Select(index => sorted[index].Parse());
    }

    private static IEnumerable<StoredDocument> InIdOrder(StoredDocument[] sorted, MongoWireFilter filter, bool ascending)
    {
        for (var i = 0; i < filter.End - filter.Start; i++)
        {
            var document = sorted[ascending ? filter.Start + i : filter.End - 1 - i];
            if (filter.IsExact || filter.Matches(document))
            {
                yield return document;
            }
        }
    }

    private static IEnumerable<StoredDocument> Sort(IEnumerable<StoredDocument> documents, BsonDocument sort)
    {
        var decoded = documents.Select(document => (document, graph: document.Parse()));
        var first = sort.GetElement(0);
        var ordered = Order(null, first);
        foreach (var element in sort.Skip(1))
        {
            ordered = Order(ordered, element);
        }

        return ordered.Select(pair => pair.document);

        IOrderedEnumerable<(StoredDocument document, BsonDocument graph)> Order(
            IOrderedEnumerable<(StoredDocument document, BsonDocument graph)>? so,
            BsonElement by
        )
        {
            BsonValue Key((StoredDocument document, BsonDocument graph) pair) => pair.graph.GetValue(by.Name, BsonNull.Value);
            return (so, by.Value.ToInt32() > 0) switch
            {
                (null, true) => decoded.OrderBy(Key, BsonOrder.Instance),
                (null, false) => decoded.OrderByDescending(Key, BsonOrder.Instance),
                (_, true) => so.ThenBy(Key, BsonOrder.Instance),
                (_, false) => so.ThenByDescending(Key, BsonOrder.Instance),
            };
        }
    }

    private static IEnumerator<ReadOnlyMemory<byte>> Cut(
        IEnumerable<StoredDocument> documents,
        long skip,
        long limit,
        BsonDocument projection
    )
    {
        foreach (var document in documents)
        {
            if (skip-- > 0)
            {
                continue;
            }

            if (limit-- <= 0)
            {
                yield break;
            }

            yield return projection.ElementCount == 0 ? document.Bson : Project(document.Parse(), projection).ToBson();
        }
    }

    private static BsonDocument Project(BsonDocument document, BsonDocument projection)
    {
        var keepsId = projection.GetValue("_id", 1).ToBoolean();
        var includes =
            projection.Any(element => element.Name != "_id" && element.Value.ToBoolean())
            || (projection.ElementCount == 1 && projection.Contains("_id") && keepsId);
        var projected = new BsonDocument(allowDuplicateNames: true);
        projected.AddRange(
            document.Where(element =>
                element.Name == "_id" ? keepsId
                : projection.Contains(element.Name) ? projection[element.Name].ToBoolean()
                : !includes
            )
        );
        return projected;
    }
}
