using System.Text.Json.Nodes;
using Connectors.Emulator.Http;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Search;

/// <summary>Reads the queries that the emulator knows.</summary>
/// <param name="now">What <c>now</c> means in dates.</param>
/// <param name="body">The request, for places in error messages.</param>
internal sealed class QueryParser(DateTimeOffset now, ReadOnlyMemory<byte> body)
{
    /// <exception cref="ElasticErrorException">400: unknown, or not well formed.</exception>
    public Query Parse(JsonNode? node)
    {
        if (node is null)
        {
            return MatchAll.Instance;
        }

        if (node is not JsonObject { Count: 1 } holder)
        {
            throw new ElasticError(
                400,
                "parsing_exception",
                node is JsonObject { Count: 0 }
                    ? "query malformed, empty clause found"
                    : "[query] malformed query, expected [END_OBJECT] but found [FIELD_NAME]"
            ).Thrown();
        }

        var (name, value) = holder.Single();
        var spec =
            value as JsonObject
            ?? throw new ElasticError(400, "parsing_exception", $"[{name}] query malformed, no start_object after query name").Thrown();
        return name switch
        {
            "match_all" => MatchAll.Instance,
            "match_none" => new MatchNone(),
            "term" => Term(spec),
            "terms" => Terms(spec),
            "ids" => new IdsQuery((spec["values"] as JsonArray)?.Select(id => Json.Text(id) ?? "") ?? []),
            "exists" => Exists(
                Json.Text(spec["field"]) ?? throw ElasticErrors.IllegalArgument("[exists] must be provided with a [field]").Thrown()
            ),
            "range" => Range(spec),
            "prefix" => Prefix(spec),
            "bool" => Bool(spec),
            "constant_score" => Parse(spec["filter"]),
            "match" => TextQueries.Match(spec, isPhrase: false),
            "match_phrase" => TextQueries.Match(spec, isPhrase: true),
            "multi_match" => TextQueries.MultiMatch(spec),
            "simple_query_string" or "query_string" => TextQueries.QueryString(name, spec),
            _ => throw Unknown(name).Thrown(),
        };
    }

    private Test Term(JsonObject spec)
    {
        var (field, value) = Single(spec, "term");
        var wanted = Json.Text(value is JsonObject options ? options["value"] : value)
            ?? throw ElasticErrors.IllegalArgument("value cannot be null").Thrown();
        return new Test(OneOf(field, [wanted]));
    }

    private Test Terms(JsonObject spec)
    {
        var (field, value) = Single(spec, "terms");
        if (value is not JsonArray values)
        {
            throw value is JsonObject
                ? ElasticErrors.Unsupported("terms look-up").Thrown()
                : new ElasticError(400, "parsing_exception", $"[terms] query does not support [{field}]").Thrown();
        }

        return new Test(
            OneOf(
                field,
                [
                    .. values.Select(item =>
                        Json.Text(item) ?? throw ElasticErrors.IllegalArgument("No value specified for terms query").Thrown()
                    ),
                ]
            )
        );
    }

    private Func<Candidate, bool> OneOf(string field, List<string> wanted)
    {
        if (field == "_id")
        {
            var ids = wanted.ToHashSet(StringComparer.Ordinal);
            return candidate => ids.Contains(candidate.Document.Id);
        }

        if (field == "_index")
        {
            return candidate => wanted.Contains(candidate.Index.Name);
        }

        var texts = wanted.ToHashSet(StringComparer.Ordinal);
        return candidate =>
        {
            if (candidate.Index.Mapping.Resolve(field) is not { } node || !FieldKinds.IsLeaf(node.Kind))
            {
                return false;
            }

            var values = candidate.Values(node);
            switch (node.Kind)
            {
                case FieldKind.Keyword:
                    return values.Exists(value =>
                        FieldValue.TextOf(value) is var text && text.Length <= node.IgnoreAbove && texts.Contains(text)
                    );
                case FieldKind.Text or FieldKind.SemanticText:
                    return values.Exists(value => Words.Of(FieldValue.TextOf(value)).Exists(texts.Contains));
                default:
                    var typed = wanted
                        .Select(text =>
                            Constant(node.Kind, text, roundUp: false)
                            ?? throw new ElasticError(400, "query_shard_exception", $"failed to create query: For input string: \"{text}\"")
                            {
                                FailedShardOf = candidate.Index.Name,
                            }.Thrown()
                        )
                        .ToList();
                    return values.Exists(value =>
                        FieldValue.Read(node.Kind, value) is { } found && typed.Exists(other => other.Against(found) == 0)
                    );
            }
        };
    }

    internal static Test Exists(string field) =>
        new(candidate => candidate.Index.Mapping.Resolve(field) is { } node && HasValue(candidate, node));

    /// <summary>An object has a value when any field in it has one.</summary>
    private static bool HasValue(Candidate candidate, FieldNode node) =>
        node.Kind == FieldKind.Object
            ? node.Children.Any(child => child.IsReal && HasValue(candidate, child))
            : candidate
                .Values(node)
                .Exists(value =>
                    node.Kind != FieldKind.Keyword
                    || node.IgnoreAbove == int.MaxValue
                    || FieldValue.TextOf(value).Length <= node.IgnoreAbove
                );

    private Test Range(JsonObject spec)
    {
        var (field, value) = Single(spec, "range");
        var limits = Json.Object(value, "range");
        foreach (var (key, _) in limits)
        {
            if (
                key is not ("gte" or "gt" or "lte" or "lt" or "format" or "boost" or "from" or "to" or "include_lower" or "include_upper")
                || key is "from" or "to" or "include_lower" or "include_upper"
            )
            {
                throw new ElasticError(400, "parsing_exception", $"[range] query does not support [{key}]").Thrown();
            }
        }

        if (Json.Text(limits["format"]) is { } format && !DateText.Knows(format))
        {
            throw ElasticErrors.Unsupported($"the date format [{format}]").Thrown();
        }

        var bounds = limits
            .Where(limit => limit.Key is "gte" or "gt" or "lte" or "lt" && limit.Value is not null)
            .Select(limit => (limit.Key, Text: Json.Text(limit.Value)!))
            .ToList();
        return new Test(candidate =>
        {
            if (candidate.Index.Mapping.Resolve(field) is not { } node || !FieldKinds.IsLeaf(node.Kind))
            {
                return false;
            }

            return candidate
                .Values(node)
                .Exists(value =>
                    FieldValue.Read(node.Kind, value) is { } found
                    && bounds.TrueForAll(bound =>
                    {
                        var limit = Constant(node.Kind, bound.Text, bound.Key is "lte" or "gt")
                            ?? throw new ElasticError(
                                400,
                                "query_shard_exception",
                                $"failed to create query: For input string: \"{bound.Text}\""
                            )
                            {
                                FailedShardOf = candidate.Index.Name,
                            }.Thrown();
                        var order = found.Against(limit);
                        return bound.Key switch
                        {
                            "gte" => order >= 0,
                            "gt" => order > 0,
                            "lte" => order <= 0,
                            _ => order < 0,
                        };
                    })
                );
        });
    }

    private static Test Prefix(JsonObject spec)
    {
        var (field, value) = Single(spec, "prefix");
        var prefix = Json.Text(value is JsonObject options ? options["value"] : value) ?? "";
        return new Test(candidate =>
            candidate.Index.Mapping.Resolve(field) is { } node
            && candidate
                .Values(node)
                .Exists(found =>
                    FieldKinds.IsText(node.Kind)
                        ? Words.Of(FieldValue.TextOf(found)).Exists(word => word.StartsWith(prefix, StringComparison.Ordinal))
                        : FieldValue.TextOf(found).StartsWith(prefix, StringComparison.Ordinal)
                )
        );
    }

    private BoolQuery Bool(JsonObject spec)
    {
        if (
            spec.FirstOrDefault(member =>
                member.Key is not ("must" or "filter" or "should" or "must_not" or "minimum_should_match" or "boost")
            ).Key is
            { } unknown
        )
        {
            throw new ElasticError(400, "x_content_parse_exception", $"[bool] unknown field [{unknown}]").Thrown();
        }

        var must = Clauses(spec["must"]);
        var filter = Clauses(spec["filter"]);
        var should = Clauses(spec["should"]);
        var minimum =
            spec["minimum_should_match"] is { } given ? Json.Whole(given)
            : should.Count > 0 && must.Count + filter.Count == 0 ? 1
            : 0;
        return new BoolQuery(must, filter, should, Clauses(spec["must_not"]), minimum);
    }

    private List<Query> Clauses(JsonNode? node) =>
        node switch
        {
            null => [],
            JsonArray array => [.. array.Select(Parse)],
            _ => [Parse(node)],
        };

    private FieldValue? Constant(FieldKind kind, string text, bool roundUp) =>
        kind == FieldKind.Date ? FieldValue.Of(DateMath.Parse(text, now, roundUp)) : FieldValue.Read(kind, text);

    /// <summary>The only field of a query, and what is asked of it.</summary>
    internal static (string Field, JsonNode? Value) Single(JsonObject spec, string query)
    {
        var members = spec.Where(member => member.Key is not ("boost" or "_name")).ToList();
        return members.Count == 1
            ? (members[0].Key, members[0].Value)
            : throw new ElasticError(400, "parsing_exception", $"[{query}] query doesn't support multiple fields, or none").Thrown();
    }

    private ElasticError Unknown(string name)
    {
        var (line, column) = JsonLocation.OfValue(body.Span, name);
        return new ElasticError(
            400,
            "parsing_exception",
            $"unknown query [{name}]",
            new ElasticError(
                400,
                "named_object_not_found_exception",
                $"[{line}:{column}] unknown field [{name}]; the emulator knows only some"
            )
        )
        {
            Details = [("line", line), ("col", column)],
        };
    }
}
