using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Salesforce.Streams;

/// <summary>
/// The further pages of the records below a record. A subquery's result has its own <c>done</c> and <c>nextRecordsUrl</c>, and its pages
/// are read as those of any query.
/// </summary>
internal static class SubqueryPages
{
    /// <summary>The records of all further pages, by the address of the first of them.</summary>
    /// <param name="client">Sends the requests.</param>
    /// <param name="answer">The address of the answer that holds the records, on whose host the pages are.</param>
    /// <param name="records">Records, with what is below them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="Abstractions.ConnectorException">Any page could not be had: half a list never passes for a whole one.</exception>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<JsonElement>>> ReadAsync(
        RestClient client,
        Uri answer,
        IEnumerable<JsonElement> records,
        CancellationToken cancellationToken
    )
    {
        var pages = new Dictionary<string, IReadOnlyList<JsonElement>>(StringComparer.Ordinal);
        var open = new Stack<JsonElement>(records);
        while (open.TryPop(out var record))
        {
            foreach (var below in record.EnumerateObject().Select(field => field.Value).Where(IsResult))
            {
                IEnumerable<JsonElement> known = below.Items("records");
                if (AddressOf(below) is { } next && !pages.ContainsKey(next))
                {
                    var first = RestRequest.Get(PageLink.Of(answer, next));
                    var more = await client.ListAsync(first, SalesforceApi.Pages, cancellationToken).ToListAsync(cancellationToken);
                    pages.Add(next, more);
                    known = known.Concat(more);
                }

                foreach (var item in known)
                {
                    open.Push(item);
                }
            }
        }

        return pages;
    }

    /// <summary>Whether a value is the result of a subquery.</summary>
    public static bool IsResult(JsonElement value) => value.Find("records") is { ValueKind: JsonValueKind.Array };

    /// <summary>The address of the page that follows the one in a result; <see langword="null"/> when there is none.</summary>
    public static string? AddressOf(JsonElement result) => result.Text("nextRecordsUrl");
}
