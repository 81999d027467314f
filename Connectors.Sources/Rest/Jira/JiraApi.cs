using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Jira;

/// <summary>The addresses of Jira's REST API.</summary>
/// <param name="client">Sends the requests.</param>
/// <param name="configuration">Where the service is, and how to sign in.</param>
internal sealed class JiraApi(RestClient client, JiraConfiguration configuration) : IDisposable
{
    /// <summary>Issues a page, at most: with all fields Jira may give fewer.</summary>
    public const int PageSize = 100;

    private const int UsersAtATime = 1000;

    private readonly Remembered<IReadOnlyDictionary<string, string>> _fields = new();

    /// <summary>Sends the requests.</summary>
    public RestClient Client => client;

    /// <summary>Whether Atlassian runs it.</summary>
    public bool IsCloud => configuration.Atlassian.IsCloud;

    /// <summary>All projects that the account can browse.</summary>
    public RestRequest Projects => Get("/rest/api/2/project?expand=description,lead,url");

    /// <summary>A request under the base path.</summary>
    public RestRequest Get(string path) => RestRequest.Get(configuration.Atlassian.BasePath + path);

    /// <summary>A page of the issues that a query finds, with all of their fields.</summary>
    /// <param name="query">In JQL.</param>
    /// <param name="cursor">Cloud: a token; else the number of the first issue. Empty for the first page.</param>
    public RestRequest Issues(string query, string cursor)
    {
        // Version 2 has texts as they were written; version 3 takes them apart.
        var what = $"jql={Uri.EscapeDataString(query)}&fields=*all&maxResults={PageSize}";
        return !IsCloud
            ? Get($"/rest/api/2/search?{what}&startAt={(cursor.Length == 0 ? "0" : cursor)}")
            : Get($"/rest/api/2/search/jql?{what}{(cursor.Length == 0 ? string.Empty : $"&nextPageToken={Uri.EscapeDataString(cursor)}")}");
    }

    /// <summary>Names of custom fields by their ids.</summary>
    public Task<IReadOnlyDictionary<string, string>> CustomFieldsAsync(CancellationToken cancellationToken) =>
        _fields.GetAsync(string.Empty, () => FieldNamesAsync(cancellationToken), cancellationToken);

    /// <summary>All comments of an issue. Each may be kept.</summary>
    public IAsyncEnumerable<JsonElement> CommentsAsync(string key, CancellationToken cancellationToken) =>
        client.ListAsync(
            Get($"/rest/api/2/issue/{key}/comment?maxResults={PageSize}"),
            RestPaging.Offset("/comments", "startAt", PageSize, "/total"),
            cancellationToken
        );

    /// <summary>Those who may browse a project or an issue.</summary>
    /// <param name="what"><c>projectKey</c> or <c>issueKey</c>.</param>
    /// <param name="key">Its key.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public IAsyncEnumerable<JsonElement> BrowsersAsync(string what, string key, CancellationToken cancellationToken) =>
        client.ListAsync(
            Get($"/rest/api/2/user/permission/search?{what}={Uri.EscapeDataString(key)}&permissions=BROWSE&maxResults={UsersAtATime}"),
            RestPaging.Offset(string.Empty, "startAt", UsersAtATime),
            cancellationToken
        );

    /// <summary>The users of Server and Data Center.</summary>
    public IAsyncEnumerable<JsonElement> UsersAsync(CancellationToken cancellationToken) =>
        client.ListAsync(
            Get($"/rest/api/latest/user/search?username=''&maxResults={UsersAtATime}"),
            RestPaging.Offset(string.Empty, "startAt", UsersAtATime),
            cancellationToken
        );

    /// <summary>An attachment's file.</summary>
    public DocumentContent? ContentOf(JsonElement attachment)
    {
        if (
            attachment.Text("id") is not { } id
            || attachment.Text("filename") is not { } name
            || attachment.Number("size") is not (not 0 and var size)
        )
        {
            return null;
        }

        var path = IsCloud ? $"/rest/api/2/attachment/content/{id}" : $"/secure/attachment/{id}/{Uri.EscapeDataString(name)}";
        return new RestContent(client, Get(path).AsFile(), name, size);
    }

    /// <inheritdoc/>
    public void Dispose() => _fields.Dispose();

    private async Task<IReadOnlyDictionary<string, string>> FieldNamesAsync(CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var field in client.ListAsync(Get("/rest/api/2/field"), RestPaging.None(string.Empty), cancellationToken))
        {
            if (field.Find("custom") is { ValueKind: JsonValueKind.True } && field.Text("id") is { } id)
            {
                names[id] = field.Text("name") ?? id;
            }
        }

        return names;
    }
}
