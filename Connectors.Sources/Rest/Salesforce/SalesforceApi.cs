using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Salesforce;

/// <summary>Salesforce's REST API: queries and their pages.</summary>
internal sealed class SalesforceApi(RestClient client)
{
    /// <summary>The version of the API whose answers the documents are made of.</summary>
    public const string Path = "/services/data/v59.0";

    /// <summary>Ids in a condition: with more, the address would come near the 16 KB that Salesforce takes.</summary>
    private const int IdsAtATime = 400;

    /// <summary>How the records of a query are paged.</summary>
    public static RestPaging Pages { get; } = RestPaging.NextLink("/records", "/nextRecordsUrl");

    /// <summary>Sends the requests.</summary>
    public RestClient Client => client;

    /// <summary>The request for the first page of a query.</summary>
    /// <param name="soql">The query.</param>
    /// <param name="withDeleted">Whether records in the recycle bin are found as well.</param>
    public static RestRequest Query(string soql, bool withDeleted = false) =>
        RestRequest.Get($"{Path}/{(withDeleted ? "queryAll" : "query")}?q={Uri.EscapeDataString(soql)}");

    /// <summary>All records that a query finds, each of which may be kept.</summary>
    /// <exception cref="ConnectorException">Any page could not be had.</exception>
    public IAsyncEnumerable<JsonElement> ListAsync(string soql, CancellationToken cancellationToken) =>
        client.ListAsync(Query(soql), Pages, cancellationToken);

    /// <summary>All records whose ids a query's condition takes, however many they are.</summary>
    /// <param name="soql">The query for some ids: a list of them in quotes, with commas.</param>
    /// <param name="ids">The ids; each is asked for once.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(
        Func<string, string> soql,
        IEnumerable<string> ids,
        CancellationToken cancellationToken
    )
    {
        var records = new List<JsonElement>();
        foreach (var some in ids.Distinct(StringComparer.Ordinal).Chunk(IdsAtATime))
        {
            records.AddRange(
                await ListAsync(soql(string.Join(',', some.Select(Quote))), cancellationToken).ToListAsync(cancellationToken)
            );
        }

        return records;
    }

    private static string Quote(string id) =>
        id.All(char.IsAsciiLetterOrDigit)
            ? $"'{id}'"
            : throw new ConnectorException("Salesforce gives an id that is none, so what belongs to it can't be asked for.");
}
