using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Tests.Sources.Rest.Confluence;
using Connectors.Tests.Sources.Rest.GraphQL;
using Connectors.Tests.Sources.Rest.Jira;
using Connectors.Tests.Sources.Rest.Replay;
using Connectors.Tests.Sources.Rest.Salesforce;

namespace Connectors.Tests.Sources.Rest.EndToEnd;

/// <summary>Which listing of each source is long, and what stands in it. Everything else is as it was recorded.</summary>
internal static class ManyItemsCases
{
    private const string Time = "2024-05-03T00:00:00Z";

    private static readonly Dictionary<string, Func<GeneratedItems>> Listings = new(StringComparer.Ordinal)
    {
        ["box"] = () =>
            new()
            {
                PlaceOf = PathThatEndsWith("/folders/0/items"),
                PageSize = 1000,
                Item = n => $$"""{"type": "file", "id": "9{{n:00000}}", "name": "{{n}}.txt", "size": 0, "modified_at": "{{Time}}"}""",
                Page = (items, next) => $$"""{"entries": [{{items}}], "next_marker": {{Text(next)}}}""",
            },
        ["confluence"] = () =>
            new()
            {
                PlaceOf = request => When(ConfluenceReplay.Query(request).EndsWith("type=page", StringComparison.Ordinal), "pages"),
                PageSize = 50,
                Item = n => $$"""{"id": "many-{{n}}", "type": "page", "title": "Page {{n}}"}""",
                Page = (items, next) =>
                    Linked("results", items, "_links", next, $$"""{"next": "/rest/api/content/search?cql=type%3Dpage&start={{next}}"}"""),
            },
        ["dropbox"] = () =>
            new()
            {
                PlaceOf = request => When(Is(request, "/list_folder") || Is(request, "/list_folder/continue"), "/"),
                PageSize = 2000,
                Item = n =>
                    $$"""
                        {".tag": "file", "id": "id:many-{{n}}", "name": "{{n}}.bin", "path_display": "/{{n}}.bin",
                        "path_lower": "/{{n}}.bin", "size": 0, "rev": "1", "server_modified": "{{Time}}"}
                        """,
                Page = (items, next) => $$"""{"entries": [{{items}}], "cursor": "{{next}}", "has_more": {{Word(next)}}}""",
            },
        ["github"] = () =>
            new()
            {
                PlaceOf = request => When(Asks(request)?.StartsWith("repository/issues/", StringComparison.Ordinal), "issues"),
                PageSize = 100,
                Item = n => $$"""{"id": "many-{{n}}", "number": {{n}}, "title": "Issue {{n}}", "updatedAt": "{{Time}}"}""",
                Page = Connection("repository", "issues"),
            },
        ["gitlab"] = () =>
            new()
            {
                PlaceOf = request => When(Asks(request)?.StartsWith("project/workItems/", StringComparison.Ordinal), "issues"),
                PageSize = 50,
                Item = n => $$"""{"iid": "{{n}}", "title": "Issue {{n}}", "updatedAt": "{{Time}}", "widgets": []}""",
                Page = Connection("project", "workItems"),
            },
        ["gmail"] = () =>
            new()
            {
                PlaceOf = PathThatEndsWith("/messages"),
                PageSize = 100,
                Item = n => $$"""{"id": "many-{{n}}"}""",
                Page = GoogleList("messages"),
                Beside = AnswerTo("/messages/many-", """{"internalDate": "1716199200001", "sizeEstimate": 10}"""),
                RequestsBeside = GeneratedItems.Count,
            },
        ["google_cloud_storage"] = () =>
            new()
            {
                PlaceOf = PathThatEndsWith("/o"),
                PageSize = 1000,
                Item = n => $$"""{"name": "many-{{n}}.txt", "bucket": "bucket", "size": "0", "updated": "{{Time}}"}""",
                Page = GoogleList("items"),
            },
        ["google_drive"] = () =>
            new()
            {
                PlaceOf = request =>
                    When(Is(request, "/drive/v3/files") && Value(request, "q") == "trashed=false", Value(request, "corpora")),
                PageSize = 100,
                Item = n =>
                    $$"""
                        {"id": "many-{{n}}", "name": "{{n}}.txt", "mimeType": "text/plain", "size": "0", "createdTime": "{{Time}}",
                        "modifiedTime": "{{Time}}", "trashed": false, "parents": ["fo1"]}
                        """,
                Page = GoogleList("files"),
            },
        ["graphql"] = () =>
            new()
            {
                PlaceOf = request => When(GraphQLReplay.QueryOf(request)?.Contains("users", StringComparison.Ordinal), "users"),
                PageSize = 100,
                Item = n => $$"""{"id": "many-{{n}}", "name": "User {{n}}", "email": "user-{{n}}@example.org"}""",
                Page = Connection("users"),
            },
        ["jira"] = () =>
            new()
            {
                PlaceOf = request => When(JiraReplay.Query(request).Contains("ENG", StringComparison.Ordinal), "issues"),
                PageSize = 100,
                Item = n => $$$"""{"key": "ENG-1{{{n}}}", "fields": {"project": {"name": "Many"}, "updated": "{{{Time}}}"} }""",
                Page = (items, next) => Linked("issues", items, "nextPageToken", next, Text(next)),
            },
        ["microsoft_teams"] = () =>
            new()
            {
                PlaceOf = PathThatEndsWith("chat1@thread.v2/messages"),
                PageSize = 50,
                Item = n => $$$"""{"id": "many-{{{n}}}", "lastModifiedDateTime": "{{{Time}}}", "body": {"content": "Message {{{n}}}"} }""",
                Page = GraphList,
            },
        ["notion"] = () =>
            new()
            {
                PlaceOf = PathThatEndsWith("/children"),
                PageSize = 100,
                Item = n =>
                    $$"""
                        {"object": "block", "id": "many-{{n}}", "has_children": false, "last_edited_time": "{{Time}}",
                        "type": "paragraph", "paragraph": {"rich_text": []} }
                        """,
                Page = (items, next) => $$"""{"results": [{{items}}], "next_cursor": {{Text(next)}}, "has_more": {{Word(next)}}}""",
            },
        ["onedrive"] = () =>
            new()
            {
                PlaceOf = PathThatEndsWith("/root/delta"),
                PageSize = 200,
                Item = DriveItem,
                Page = GraphList,
            },
        ["outlook"] = () =>
            new()
            {
                PlaceOf = PathThatEndsWith("/F_inbox/messages"),
                PageSize = 100,
                Item = n => $$"""{"id": "many-{{n}}", "subject": "Mail {{n}}", "lastModifiedDateTime": "{{Time}}"}""",
                Page = GraphList,
            },
        ["salesforce"] = () =>
            new()
            {
                PlaceOf = request =>
                    When(
                        SalesforceReplay.SoqlOf(request).EndsWith(" from campaign", StringComparison.Ordinal) || Is(request, "/many"),
                        "campaigns"
                    ),
                PageSize = 2000,
                Item = n => $$$"""{"attributes": {"type": "Campaign"}, "Id": "many{{{n}}}", "Name": "Campaign {{{n}}}"}""",
                Page = (items, next) =>
                    Linked("records", items, "nextRecordsUrl", next, $"\"/services/data/v59.0/query/many?from={next}\""),
            },
        ["sandfly"] = () =>
            new()
            {
                PlaceOf = PathThatEndsWith("/results"),
                PageSize = 1000,
                Item = n =>
                    $$$"""
                        {"sequence_id": "{{{n + 1}}}", "external_id": "many-{{{n}}}", "header": {"end_time": "{{{Time}}}"},
                        "data": {"name": "process_check", "status": "alert", "key_data": "", "results": []}}
                        """,
                Page = (items, next) =>
                    $$"""{"total": {{GeneratedItems.Count}}, "more_results": {{Word(next)}}, "data": [{{items}}]}""",
            },
        ["servicenow"] = () =>
            new()
            {
                PlaceOf = request => When(request.Method == "BATCHED" && Is(request, "/table/incident"), "incidents"),
                PageSize = 50,
                Item = n => $$"""{"sys_id": "many-{{n}}", "number": "INC{{n}}", "sys_updated_on": "{{Time}}"}""",
                Page = (items, _) => $$"""{"result": [{{items}}]}""",
                Beside = request =>
                    Is(request, "/table/incident") ? ReplayAnswer.Json(null, ("x-total-count", $"{GeneratedItems.Count}"))
                    : Value(request, "table_sys_id").Length > 0 ? GeneratedItems.Answer("""{"result": []}""")
                    : null,
                // The attachments of ten rows at a time.
                RequestsBeside = GeneratedItems.Count / 10,
            },
        ["sharepoint_online"] = () =>
            new()
            {
                PlaceOf = PathThatEndsWith("/root/delta"),
                PageSize = 200,
                Item = DriveItem,
                Page = GraphList,
            },
        ["sharepoint_server"] = () =>
            new()
            {
                PlaceOf = PathThatEndsWith("(guid'list-3')/items"),
                PageSize = 200,
                Item = n => $$"""{"Id": {{n}}, "GUID": "many-{{n}}", "FileRef": "/sites/eng/Lists/Tasks/{{n}}_.000", "Modified": "{{Time}}"}""",
                Page = (items, next) => Linked("value", items, "odata.nextLink", next, $"\"?$skiptoken={next}\""),
            },
        ["slack"] = () =>
            new()
            {
                PlaceOf = request => When(Is(request, "/conversations.history"), Value(request, "channel")),
                PageSize = 200,
                Item = n => $$"""{"type": "message", "user": "U001", "text": "Message {{n}}", "ts": "{{1717200000 - n}}.000100"}""",
                Page = (items, next) => $$"""{"ok": true, "messages": [{{items}}], "has_more": {{Word(next)}}}""",
            },
        ["zoom"] = () =>
            new()
            {
                PlaceOf = request =>
                    When(Is(request, "/messages") && Value(request, "search_type") == "message", request.Url.AbsolutePath),
                PageSize = 50,
                Item = n => $$"""{"id": "many-{{n}}", "message": "Message {{n}}", "date_time": "{{Time}}"}""",
                Page = (items, next) => $$"""{"messages": [{{items}}], "next_page_token": "{{next}}"}""",
            },
    };

    /// <summary>What a source is configured with beside the recorded values.</summary>
    public static JsonObject ChangesOf(string source) =>
        source switch
        {
            // They are asked for page by page, and block by block.
            "confluence" => new() { ["index_labels"] = false },
            "notion" => new() { ["index_comments"] = false },
            _ => [],
        };

    /// <summary>The sources that have one, by service type.</summary>
    public static IReadOnlyCollection<string> Names => Listings.Keys;

    /// <summary>The long listing of a source.</summary>
    public static GeneratedItems Of(string source) => Listings[source]();

    private static string DriveItem(int n) =>
        $$"""{"id": "many-{{n}}", "name": "{{n}}.txt", "size": 0, "file": {}, "lastModifiedDateTime": "{{Time}}"}""";

    private static string GraphList(string items, int? next) =>
        Linked("value", items, "@odata.nextLink", next, $"\"?$skiptoken={next}\"");

    private static Func<string, int?, string> GoogleList(string list) =>
        (items, next) => Linked(list, items, "nextPageToken", next, Text(next));

    /// <summary>A page that says where the next one is, if there is one.</summary>
    private static string Linked(string list, string items, string link, int? next, string to) =>
        $"{{\"{list}\": [{items}]{(next is null ? "" : $", \"{link}\": {to}")}}}";

    /// <summary>A page of a connection of GraphQL.</summary>
    private static Func<string, int?, string> Connection(params string[] path) =>
        (items, next) =>
            path.Prepend("data")
                .Reverse()
                .Aggregate(
                    $$"""{"nodes": [{{items}}], "pageInfo": {"hasNextPage": {{Word(next)}}, "endCursor": {{Text(next)}} } }""",
                    (below, name) => $"{{\"{name}\": {below}}}"
                );

    private static Func<ReplayRequest, string?> PathThatEndsWith(string end) => request => When(Is(request, end), request.Url.AbsolutePath);

    private static Func<ReplayRequest, ReplayAnswer?> AnswerTo(string part, string json)
    {
        var answer = GeneratedItems.Answer(json);
        return request => request.Url.AbsolutePath.Contains(part, StringComparison.Ordinal) ? answer : null;
    }

    private static string? When(bool? isMeant, string place) => isMeant == true ? place : null;

    private static bool Is(ReplayRequest request, string end) => request.Url.AbsolutePath.EndsWith(end, StringComparison.Ordinal);

    /// <summary>What a query of GraphQL asks for.</summary>
    private static string? Asks(ReplayRequest request) => (string?)GraphQLKey.Of(request.Body)?["asks"];

    private static string Value(ReplayRequest request, string parameter) =>
        request.Query.Where(pair => pair.Key == parameter).Select(pair => pair.Value).FirstOrDefault() ?? string.Empty;

    private static string Word(int? next) => next is null ? "false" : "true";

    private static string Text(int? next) => next is null ? "null" : string.Create(CultureInfo.InvariantCulture, $"\"{next}\"");
}
