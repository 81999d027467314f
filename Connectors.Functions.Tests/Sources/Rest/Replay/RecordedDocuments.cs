using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Sources;
using Connectors.Testing;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>Compares documents with recorded ones, field by field.</summary>
internal static class RecordedDocuments
{
    /// <summary>Documents as the recording has them.</summary>
    public static IReadOnlyList<JsonObject> Of(IEnumerable<ReadDocument> documents) =>
        [
            .. documents.Select(document =>
            {
                var fields = JsonNode.Parse(document.Body)!.AsObject();
                fields["_id"] = document.Id;
                if (document.Timestamp is { } time)
                {
                    fields["_timestamp"] = time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
                }

                return fields;
            }),
        ];

    /// <summary>
    /// Identities as the recording has them, as far as applications see them: the values, without the one that the engine gives to all.
    /// </summary>
    public static async Task<IReadOnlyList<JsonObject>> IdentitiesAsync(IDataSource source, CancellationToken cancellationToken)
    {
        await using var identities = new IdentitySource(source);
        return [.. Of((await identities.AllAsync(1, PageLimits.Default, cancellationToken)).Documents()).Select(Identity)];
    }

    /// <summary>An identity without the text of its query, which is the engine's business.</summary>
    public static JsonObject Identity(JsonObject document)
    {
        var values = document["query"]!["template"]!["params"]!["access_control"]!
            .AsArray()
            .Select(value => (string)value!)
            .Where(value => value != AccessControl.Everyone);
        document["query"] = new JsonArray([.. values.Order(StringComparer.Ordinal).Select(value => (JsonNode)value)]);
        return document;
    }

    /// <summary>Fails at any difference that has no reason, and at any reason that explains none.</summary>
    public static void Compare(IReadOnlyList<JsonObject> recorded, IReadOnlyList<JsonObject> ours, params Difference[] differences)
    {
        Assert.NotEmpty(recorded);
        var (theirById, ourById) = (ById(recorded), ById(ours));
        var (unexplained, used) = (new List<string>(), new HashSet<Difference>());
        foreach (var id in theirById.Keys.Union(ourById.Keys, StringComparer.Ordinal))
        {
            var (their, our) = (theirById.GetValueOrDefault(id), ourById.GetValueOrDefault(id));
            var fields =
                their is null || our is null
                    ? [Difference.Whole]
                    : their.Select(field => field.Key).Union(our.Select(field => field.Key), StringComparer.Ordinal);
            foreach (var field in fields)
            {
                var (left, right) = field == Difference.Whole ? ((JsonNode?)their, (JsonNode?)our) : (their![field], our![field]);
                if (AreSame(field, left, right) && (field == Difference.Whole || their!.ContainsKey(field) == our!.ContainsKey(field)))
                {
                    continue;
                }

                var reasons = differences.Where(difference => difference.Covers(id, field, left, right)).ToList();
                used.UnionWith(reasons);
                if (reasons.Count == 0)
                {
                    unexplained.Add(
                        $"{id}: {field} was {left?.ToJsonString() ?? "missing or null"}, is {right?.ToJsonString() ?? "missing or null"}"
                    );
                }
            }
        }

        Assert.Empty(unexplained);
        Assert.Empty(differences.Except(used).Select(difference => $"no longer there: {difference.Reason}"));
    }

    private static Dictionary<string, JsonObject> ById(IReadOnlyList<JsonObject> documents) =>
        documents
            .GroupBy(document => (string)document["_id"]!, StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.Last(), StringComparer.Ordinal);

    /// <summary>
    /// The engine writes times of documents itself, always in UTC and with the letter for it; the recording has them as each source wrote
    /// them.
    /// </summary>
    private static bool AreSame(string field, JsonNode? left, JsonNode? right) =>
        JsonNode.DeepEquals(left, right)
        || (field is "_timestamp" or "created_at" && Time(left) is { } item && item == Time(right))
        || (field == AccessControl.FieldName && Sorted(left) == Sorted(right));

    private static DateTimeOffset? Time(JsonNode? node) =>
        DateTimeOffset.TryParse((string?)node, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static string? Sorted(JsonNode? node) =>
        node is JsonArray values ? string.Join('\n', values.Select(value => (string?)value).Order(StringComparer.Ordinal)) : null;
}
