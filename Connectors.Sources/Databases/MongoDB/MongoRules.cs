using System.Text.Json.Nodes;
using MongoDB.Bson;

namespace Connectors.Sources.Databases.MongoDB;

/// <summary>
/// Advanced sync rules: <c>{"find": {filter, projection}}</c> or <c>{"aggregate": {pipeline}}</c>, as the Python service has them. Values
/// may be MongoDB Extended JSON. What tunes that service's requests is taken and has no effect; what would make a listing incomplete is
/// refused, because what is not listed is deleted.
/// </summary>
internal sealed record MongoRules
{
    private static readonly string[] FindTuning = ["no_cursor_timeout", "batch_size", "max_time_ms", "allow_disk_use"];
    private static readonly string[] AggregateTuning = ["allowDiskUse", "maxTimeMS", "batchSize"];

    /// <summary>What makes a filter match other documents though none was written.</summary>
    private static readonly string[] Restless = ["$$", "$expr", "$where", "$rand", "$sampleRate"];

    /// <summary>No rules.</summary>
    public static MongoRules None { get; } = new();

    /// <summary>Which documents; <see langword="null"/> for all.</summary>
    public BsonDocument? Filter { get; private init; }

    /// <summary>Which of their fields; <see langword="null"/> for all.</summary>
    public BsonDocument? Projection { get; private init; }

    /// <summary>A pipeline that makes the documents; <see langword="null"/> for those of the collection.</summary>
    public IReadOnlyList<BsonDocument>? Pipeline { get; private init; }

    /// <summary>The pipeline's variables, or <see langword="null"/>.</summary>
    public BsonDocument? Variables { get; private init; }

    /// <summary>Whether the documents can be others though nobody wrote to the collection.</summary>
    public bool IsVolatile { get; private init; }

    /// <summary>What is wrong with rules, for the person who wrote them.</summary>
    public static IReadOnlyList<string> Check(JsonNode rules)
    {
        if (
            rules is not JsonObject { Count: 1 } item
            || item.Single() is not { Key: "find" or "aggregate", Value: JsonObject options } kind
        )
        {
            return ["Write either {\"find\": {\"filter\": {...}, \"projection\": {...}}} or {\"aggregate\": {\"pipeline\": [...]}}."];
        }

        return [.. kind.Key == "find" ? CheckFind(options) : CheckAggregate(options)];
    }

    /// <summary>Reads rules that <see cref="Check"/> found right.</summary>
    public static MongoRules From(JsonNode? rules)
    {
        if (rules is not JsonObject { Count: 1 } item || item.Single().Value is not JsonObject options)
        {
            return None;
        }

        return item.ContainsKey("find")
            ? new MongoRules
            {
                Filter = Bson(options["filter"]) is { ElementCount: > 0 } filter ? filter : null,
                Projection = ProjectionOf(options["projection"]) is { ElementCount: > 0 } projection ? projection : null,
                IsVolatile = Restless.Any(word => options.ToJsonString().Contains(word, StringComparison.Ordinal)),
            }
            : new MongoRules
            {
                Pipeline = [.. (options["pipeline"] as JsonArray ?? []).Select(stage => Bson(stage)!)],
                Variables = Bson(options["let"]),
                IsVolatile = true,
            };
    }

    private static IEnumerable<string> CheckFind(JsonObject find)
    {
        foreach (
            var problem in RuleText.Unknown(
                find,
                "find",
                ["filter", "projection", .. FindTuning, "skip", "limit", "allow_partial_results", "return_key", "show_record_id"]
            )
        )
        {
            yield return problem;
        }

        foreach (var name in (string[])["skip", "limit", "allow_partial_results", "return_key", "show_record_id"])
        {
            if (
                find[name] is { } value
                && !(
                    value is JsonValue flag
                    && (flag.TryGetValue<bool>(out var on) ? !on : flag.TryGetValue<long>(out var number) && number == 0)
                )
            )
            {
                yield return $"find.{name}: not possible, because a sync reads page by page and deletes what is not listed. Say which "
                    + "documents are meant in find.filter.";
            }
        }

        if (find["filter"] is { } filter && (filter is not JsonObject || !IsBson(filter)))
        {
            yield return $"find.filter: must be a MongoDB query, an object; it is {RuleText.Kind(filter)} that can't be read as one.";
        }

        if (find["projection"] is { } projection)
        {
            if (
                projection is not (JsonObject or JsonArray { Count: > 0 })
                || (projection is JsonArray names && names.Any(name => RuleText.Of(name) is null))
                || !IsBson(projection)
            )
            {
                yield return "find.projection: must be an object, or a list of field names.";
            }
            else if (ProjectionOf(projection)!.TryGetValue("_id", out var id) && !(id.IsNumeric || id.IsBoolean ? id.ToBoolean() : false))
            {
                yield return "find.projection: _id can't be left out or made of something else: it is the document's id in the index.";
            }
        }
    }

    private static IEnumerable<string> CheckAggregate(JsonObject aggregate)
    {
        foreach (var problem in RuleText.Unknown(aggregate, "aggregate", ["pipeline", "let", .. AggregateTuning]))
        {
            yield return problem;
        }

        if (aggregate["let"] is { } variables && (variables is not JsonObject || !IsBson(variables)))
        {
            yield return "aggregate.let: must be an object.";
        }

        if (
            aggregate["pipeline"] is not JsonArray { Count: > 0 } pipeline
            || !pipeline.All(stage => stage is JsonObject { Count: 1 } && IsBson(stage))
        )
        {
            yield return "aggregate.pipeline: must be a list of stages, at least one, each an object with one name that begins with $.";
            yield break;
        }

        foreach (var name in pipeline.Select(stage => stage!.AsObject().Single().Key))
        {
            if (name is "$out" or "$merge")
            {
                yield return $"aggregate.pipeline: {name} writes to the database, and a source is only read.";
            }
            else if (
                name is "$sample" or "$changeStream" or "$currentOp" or "$indexStats" or "$collStats" or "$planCacheStats"
                || name[0] != '$'
            )
            {
                yield return $"aggregate.pipeline: {name} gives no list of documents that stays the same while nobody writes.";
            }
        }
    }

    private static BsonDocument? Bson(JsonNode? node) => node is null ? null : BsonDocument.Parse(node.ToJsonString());

    private static BsonDocument? ProjectionOf(JsonNode? node) =>
        node is JsonArray names
            ? new BsonDocument(
                names.Select(name => new BsonElement(RuleText.Of(name) ?? string.Empty, 1)).DistinctBy(element => element.Name)
            )
            : Bson(node);

    private static bool IsBson(JsonNode node)
    {
        try
        {
            _ = node is JsonArray ? null : BsonDocument.Parse(node.ToJsonString());
            return true;
        }
        catch (Exception failure)
            when (failure is FormatException or BsonException or InvalidOperationException or ArgumentException or OverflowException)
        {
            return false;
        }
    }
}
