using System.Globalization;
using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Jira;

/// <summary>The issues that a query finds, with their attachments: by tokens in Cloud, by numbers elsewhere.</summary>
/// <param name="name">What it lists.</param>
/// <param name="api">Asks.</param>
/// <param name="documents">Makes documents.</param>
/// <param name="query">In JQL.</param>
internal sealed class IssueStream(string name, JiraApi api, JiraDocuments documents, string query) : RestStream(name)
{
    private long? _total;

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        using var answer = await api.Client.SendAsync(api.Issues(query, cursor), cancellationToken);
        var issues = answer.Json.Find("issues") is { ValueKind: JsonValueKind.Array } list
            ? list
            : throw new ConnectorException("Jira gives no list of issues. Check that jira_url is its address.");
        foreach (var issue in issues.EnumerateArray())
        {
            try
            {
                await documents.WriteIssueAsync(issue, page, cancellationToken);
            }
            catch (ConnectorException gone) when (RestErrors.StatusOf(gone) == HttpStatusCode.NotFound)
            {
                // It was deleted, or closed, since it was listed. Its id and what belongs to it are not known any more.
                page.AddGap(issue.Text("key") ?? Name, gone);
            }
        }

        return api.IsCloud ? NextToken(answer.Json) : NextNumber(answer.Json, cursor, page);
    }

    private static string? NextToken(JsonElement answer) =>
        answer.Text("nextPageToken")
        ?? (
            answer.Find("isLast") is { ValueKind: JsonValueKind.False }
                ? throw new ConnectorException("Jira says that there are more issues, and not where. Start the sync again.")
                : null
        );

    private string? NextNumber(JsonElement answer, string cursor, StreamPage page)
    {
        var total = answer.Number("total");
        if (total < 0)
        {
            throw new ConnectorException("Jira does not say how many issues there are. Check that jira_url is its address.");
        }

        // A server may give smaller pages than were asked for, and says so.
        var size = answer.Number("maxResults") is > 0 and var given ? Math.Min(given, JiraApi.PageSize) : JiraApi.PageSize;
        var next = (cursor.Length == 0 ? 0 : long.Parse(cursor, CultureInfo.InvariantCulture)) + size;
        if (_total > total)
        {
            page.AddGap(
                Name,
                "issues were removed while they were listed, so others may have been passed over"
            );
        }

        _total = total;
        return next < total ? next.ToString(CultureInfo.InvariantCulture) : null;
    }
}
