using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Salesforce.Streams;

/// <summary>The records that a search (SOSL) finds. Salesforce gives at most 2,000, on one page.</summary>
internal sealed class SearchStream(string name, SalesforceOrganization organization, string sosl) : RestStream(name)
{
    private const int Most = 2000;
    private static readonly RestPaging Page = RestPaging.None("/searchRecords");

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var address = $"{SalesforceApi.Path}/search?q={Uri.EscapeDataString(sosl)}";
        using var answer = await organization.Api.Client.SendAsync(RestRequest.Get(address), cancellationToken);
        var records = Page.Items(answer);
        foreach (var record in records.EnumerateArray())
        {
            await RecordStream.WriteAsync(organization, record, RecordAdditions.None, page, cancellationToken);
        }

        if (records.GetArrayLength() >= Most)
        {
            page.AddGap(Name, $"A search gives at most {Most} records, so there may be more.");
        }

        return null;
    }
}
