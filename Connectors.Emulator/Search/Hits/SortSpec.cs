using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Search.Hits;

internal enum SortBy
{
    Field,
    Score,
    Order,
}

/// <summary>One criterion of a sort.</summary>
/// <param name="By">A field, the score, or the order of writes (<c>_doc</c> and <c>_shard_doc</c>).</param>
/// <param name="Field">The field's name.</param>
/// <param name="IsDescending">Largest first.</param>
/// <param name="Missing"><c>_first</c>, <c>_last</c> or a value to take.</param>
/// <param name="UnmappedType">The type to take where the field isn't mapped.</param>
internal sealed record SortSpec(SortBy By, string Field, bool IsDescending, string Missing, string? UnmappedType)
{
    public static readonly SortSpec ByOrder = new(SortBy.Order, "_shard_doc", false, "_last", null);

    public static List<SortSpec> ParseAll(JsonNode? node) =>
        node switch
        {
            null => [],
            JsonArray array => [.. array.SelectMany(Parse)],
            _ => [.. Parse(node)],
        };

    /// <summary>From the query string: <c>field:desc,other</c>.</summary>
    public static List<SortSpec> ParseText(string text) =>
        [.. text.Split(',').Select(part => part.Split(':')).Select(parts => Of(parts[0], parts.Length > 1 ? parts[1] : null, null))];

    /// <summary>The value to sort a document by; null when it has none.</summary>
    /// <exception cref="ElasticErrorException">400: the field can't be sorted by.</exception>
    public FieldValue? Key(Candidate candidate, double score)
    {
        switch (By)
        {
            case SortBy.Score:
                return FieldValue.Of(score);
            case SortBy.Order:
                return FieldValue.Of(candidate.ShardDoc);
        }

        if (candidate.Index.Mapping.Resolve(Field) is not { } node)
        {
            return Other(FieldKind.Keyword);
        }

        FieldValue? best = null;
        foreach (var value in candidate.Values(node))
        {
            if (
                FieldValue.Read(node.Kind, value) is { } found
                && (best is not { } current || (IsDescending ? found.Against(current) > 0 : found.Against(current) < 0))
            )
            {
                best = found;
            }
        }

        return best ?? Other(node.Kind);
    }

    /// <summary>Refuses fields that an index can't sort by.</summary>
    public void Check(EmulatedIndex index)
    {
        if (By != SortBy.Field)
        {
            return;
        }

        var node = index.Mapping.Resolve(Field);
        if (node is null && UnmappedType is null)
        {
            throw new ElasticError(400, "query_shard_exception", $"No mapping found for [{Field}] in order to sort on")
            {
                Details = [("index_uuid", index.Uuid), ("index", index.Name)],
                FailedShardOf = index.Name,
            }.Thrown();
        }

        if (node is { Kind: FieldKind.Text or FieldKind.SemanticText or FieldKind.Object or FieldKind.Disabled })
        {
            throw new ElasticError(
                400,
                "illegal_argument_exception",
                $"Fielddata is disabled on [{Field}] in [{index.Name}]. Text fields are not optimised for operations that require "
                    + "per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a "
                    + "keyword field instead."
            )
            {
                FailedShardOf = index.Name,
            }.Thrown();
        }
    }

    /// <summary>Negative: the first one comes first.</summary>
    public int Compare(FieldValue? left, FieldValue? right)
    {
        if (left is null || right is null)
        {
            var order = (left is null ? 1 : 0) - (right is null ? 1 : 0);
            return Missing == "_first" ? -order : order;
        }

        var compared = left.Value.Against(right.Value);
        return IsDescending ? -compared : compared;
    }

    /// <summary>Writes a key as it stands in a hit's <c>sort</c>.</summary>
    public void Write(Utf8JsonWriter json, FieldValue? key, FieldKind? kind)
    {
        switch (key)
        {
            case { Text: { } text }:
                json.WriteStringValue(text);
                break;
            case { Whole: { } whole }:
                json.WriteNumberValue(whole);
                break;
            case { } real:
                json.WriteNumberValue(real.Real);
                break;
            case null
                when kind
                    is FieldKind.Date
                        or FieldKind.Long
                        or FieldKind.Integer
                        or FieldKind.Short
                        or FieldKind.Byte
                        or FieldKind.Boolean:
                json.WriteNumberValue((Missing == "_first") == IsDescending ? long.MaxValue : long.MinValue);
                break;
            case null:
                json.WriteNullValue();
                break;
        }
    }

    /// <summary>Reads one value of <c>search_after</c>.</summary>
    public FieldValue? ReadKey(JsonNode? node, EmulatedIndex? index)
    {
        if (Json.Text(node) is not { } text)
        {
            return null;
        }

        var kind = By switch
        {
            SortBy.Order => FieldKind.Long,
            SortBy.Score => FieldKind.Double,
            _ => index?.Mapping.Resolve(Field)?.Kind ?? FieldKind.Keyword,
        };
        if (text is "9223372036854775807" or "-9223372036854775808" && By == SortBy.Field && kind != FieldKind.Keyword)
        {
            return null;
        }

        return FieldValue.Read(kind, text)
            ?? throw ElasticErrors.IllegalArgument($"Failed to parse search_after value for field [{Field}].").Thrown();
    }

    private FieldValue? Other(FieldKind kind) => Missing is "_first" or "_last" ? null : FieldValue.Read(kind, Missing);

    private static IEnumerable<SortSpec> Parse(JsonNode? node)
    {
        if (node is not JsonObject fields)
        {
            yield return Of(Json.Text(node) ?? "", null, null);
            yield break;
        }

        foreach (var (field, options) in fields)
        {
            yield return options is JsonObject spec ? Of(field, Json.Text(spec["order"]), spec) : Of(field, Json.Text(options), null);
        }
    }

    private static SortSpec Of(string field, string? order, JsonObject? options)
    {
        if (
            options
                ?.FirstOrDefault(option =>
                    option.Key is not ("order" or "missing" or "unmapped_type" or "format" or "mode" or "numeric_type")
                )
                .Key is
            { } unknown
        )
        {
            throw ElasticErrors.Unsupported($"the sort option [{unknown}]").Thrown();
        }

        if (field == "_id")
        {
            throw ElasticErrors
                .IllegalArgument(
                    "Fielddata access on the _id field is disallowed, you can re-enable it by updating the dynamic cluster setting: "
                        + "indices.id_field_data.enabled"
                )
                .Thrown();
        }

        var by = field switch
        {
            "_score" => SortBy.Score,
            "_doc" or "_shard_doc" => SortBy.Order,
            _ => SortBy.Field,
        };
        var isDescending = order?.ToLowerInvariant() switch
        {
            null => by == SortBy.Score,
            "asc" => false,
            "desc" => true,
            _ => throw ElasticErrors.IllegalArgument($"Illegal sort order [{order}]").Thrown(),
        };
        return new SortSpec(by, field, isDescending, Json.Text(options?["missing"]) ?? "_last", Json.Text(options?["unmapped_type"]));
    }
}
