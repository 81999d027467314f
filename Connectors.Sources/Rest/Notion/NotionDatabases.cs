using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Notion;

/// <summary>
/// Tells which databases are read as such: their rows then come from there, and not once more from a search for pages or from a page that
/// shows the database. Safe for concurrent use.
/// </summary>
/// <param name="client">Asks.</param>
/// <param name="fields">Names pages and databases.</param>
/// <param name="rules">Advanced rules; <see langword="null"/> for none.</param>
internal sealed class NotionDatabases(RestClient client, NotionConfiguration fields, JsonNode? rules) : IDisposable
{
    private const string All = "*";
    private readonly Remembered<string?> _titles = new();
    private readonly HashSet<string> _filtered = [.. NotionRules.QueriesOf(rules).Select(query => Plain(query.Database))];

    /// <summary>Whether the rows of a database that stands in a page are read there.</summary>
    /// <param name="block">The block that shows it.</param>
    /// <param name="id">The block's id, which is the database's.</param>
    public bool IsReadInPage(JsonElement block, string id) =>
        rules is not null
            ? !_filtered.Contains(Plain(id))
            : !fields.Pages.Contains(All) && !fields.Databases.Contains(All) && !IsNamed(block.Text("child_database", "title"));

    /// <summary>Whether a page that was searched for is a row of a database that is read.</summary>
    public async Task<bool> HasRowAsync(RestPlace found, CancellationToken cancellationToken)
    {
        string? database;
        using (var page = JsonDocument.Parse(found.Detail))
        {
            database = page.RootElement.Text("parent", "database_id");
        }

        if (database is null || rules is not null || fields.Databases.Count == 0)
        {
            return false;
        }

        var title = await _titles.GetAsync(database, () => TitleAsync(database, cancellationToken), cancellationToken);
        return title is not null && (fields.Databases.Contains(All) || IsNamed(title));
    }

    /// <inheritdoc/>
    public void Dispose() => _titles.Dispose();

    /// <summary>Ids are written with and without hyphens.</summary>
    private static string Plain(string id) => id.Replace("-", string.Empty, StringComparison.Ordinal).ToLowerInvariant();

    private bool IsNamed(string? title) => title is not null && fields.Databases.Contains(title, StringComparer.Ordinal);

    /// <returns>The database's title; <see langword="null"/> when it is not shared, as its row is, or can't be read.</returns>
    private async Task<string?> TitleAsync(string database, CancellationToken cancellationToken)
    {
        var request = RestRequest.Get($"/v1/databases/{database}") with { Accepted = [400, 403, 404] };
        using var answer = await client.SendAsync(request, cancellationToken);
        return answer.IsSuccess ? NotionSearch.TitleOf(answer.Json) : null;
    }
}
