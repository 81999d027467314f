using System.Text.Json;

namespace Connectors.Sources.Rest.Salesforce.Streams;

/// <summary>What is added to the records of a page.</summary>
/// <param name="Lookups">The fields for records that they refer to.</param>
/// <param name="Found">Those records, by id.</param>
/// <param name="Feeds">The posts by the ids of cases; <see langword="null"/> when the records are no cases.</param>
/// <param name="Below">Records below a record that are not on the first page, by the address of their first page
/// (<see cref="SubqueryPages"/>).</param>
internal sealed record RecordAdditions(
    IReadOnlyList<SalesforceObject.Lookup> Lookups,
    IReadOnlyDictionary<string, JsonElement> Found,
    ILookup<string, JsonElement>? Feeds,
    IReadOnlyDictionary<string, IReadOnlyList<JsonElement>> Below
)
{
    /// <summary>Nothing.</summary>
    public static RecordAdditions None { get; } =
        new(
            [],
            new Dictionary<string, JsonElement>(StringComparer.Ordinal),
            Feeds: null,
            new Dictionary<string, IReadOnlyList<JsonElement>>(StringComparer.Ordinal)
        );
}
