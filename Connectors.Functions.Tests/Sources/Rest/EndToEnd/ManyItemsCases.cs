using System.Text.Json.Nodes;
using Connectors.Tests.Sources.Rest.GraphQL;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.EndToEnd;

/// <summary>Which listing of each source is long, and what stands in it. Everything else is as it was recorded.</summary>
internal static class ManyItemsCases
{
    private const string Time = "2024-05-03T00:00:00Z";

    private static readonly Dictionary<string, Func<Func<ReplayRequest, ReplayAnswer?>>> Listings = new(StringComparer.Ordinal)
    {
        ["box"] = Box,
        ["dropbox"] = Dropbox,
        ["gmail"] = Gmail,
        ["google_cloud_storage"] = GoogleCloudStorage,
        ["google_drive"] = GoogleDrive,
        ["graphql"] = GraphQL,
        ["notion"] = Notion,
        ["sandfly"] = Sandfly,
        ["slack"] = Slack,
        ["zoom"] = Zoom,
    };

    /// <summary>What a source is configured with beside the recorded values.</summary>
    public static JsonObject ChangesOf(string source) =>
        source switch
        {
            // They are asked for block by block.
            "notion" => new() { ["index_comments"] = false },
            _ => [],
        };

    /// <summary>The sources that have one, by service type.</summary>
    public static IReadOnlyCollection<string> Names => Listings.Keys;

    /// <summary>A source with its long listing.</summary>
    public static ReplaySource Of(string source) => EachSource.Of(source).With(Listings[source]());

    private static Func<ReplayRequest, ReplayAnswer?> Slack()
    {
        var messages = new GeneratedItems(
            200,
            n => $$"""{"type": "message", "user": "U001", "text": "Message {{n}}", "ts": "{{1717200000 - n}}.000100"}""",
            (items, next) => $$"""{"ok": true, "messages": [{{items}}], "has_more": {{Word(next)}}}"""
        );
        return request => Is(request, "/conversations.history") ? messages.Next(Value(request, "channel")) : null;
    }

    private static Func<ReplayRequest, ReplayAnswer?> Notion()
    {
        var blocks = new GeneratedItems(
            100,
            n =>
                $$"""
                    {"object": "block", "id": "many-{{n}}", "has_children": false, "last_edited_time": "{{Time}}",
                    "type": "paragraph", "paragraph": {"rich_text": []} }
                    """,
            (items, next) => $$"""{"results": [{{items}}], "next_cursor": {{Text(next) ?? "null"}}, "has_more": {{Word(next)}}}"""
        );
        return request => Is(request, "/children") ? blocks.Next(request.Url.AbsolutePath) : null;
    }

    private static Func<ReplayRequest, ReplayAnswer?> GraphQL()
    {
        var users = new GeneratedItems(
            100,
            n => $$"""{"id": "many-{{n}}", "name": "User {{n}}", "email": "user-{{n}}@example.org"}""",
            (items, next) =>
                $$$"""
                    {"data": {"users": {"nodes": [{{{items}}}],
                    "pageInfo": {"hasNextPage": {{{Word(next)}}}, "endCursor": {{{Text(next) ?? "null"}}} } } } }
                    """
        );
        return request => GraphQLReplay.QueryOf(request)?.Contains("users", StringComparison.Ordinal) == true ? users.Next("users") : null;
    }

    private static Func<ReplayRequest, ReplayAnswer?> GoogleCloudStorage()
    {
        var objects = new GeneratedItems(
            1000,
            n => $$"""{"name": "many-{{n}}.txt", "bucket": "bucket", "size": "0", "updated": "{{Time}}"}""",
            GooglePage("items")
        );
        return request => Is(request, "/o") ? objects.Next(request.Url.AbsolutePath) : null;
    }

    private static Func<ReplayRequest, ReplayAnswer?> GoogleDrive()
    {
        var files = new GeneratedItems(
            100,
            n =>
                $$"""
                    {"id": "many-{{n}}", "name": "{{n}}.txt", "mimeType": "text/plain", "size": "0", "createdTime": "{{Time}}",
                    "modifiedTime": "{{Time}}", "trashed": false, "parents": ["fo1"]}
                    """,
            GooglePage("files")
        );
        return request =>
            Is(request, "/drive/v3/files") && Value(request, "q") == "trashed=false" ? files.Next(Value(request, "corpora")) : null;
    }

    private static Func<ReplayRequest, ReplayAnswer?> Gmail()
    {
        var messages = new GeneratedItems(100, n => $$"""{"id": "many-{{n}}"}""", GooglePage("messages"));
        var message = GeneratedItems.Answer("""{"internalDate": "1716199200001", "sizeEstimate": 10}""");
        return request =>
            Is(request, "/messages") ? messages.Next(request.Url.AbsolutePath)
            : request.Url.AbsolutePath.Contains("/messages/many-", StringComparison.Ordinal) ? message
            : null;
    }

    private static Func<ReplayRequest, ReplayAnswer?> Box()
    {
        var files = new GeneratedItems(
            1000,
            n => $$"""{"type": "file", "id": "9{{n:00000}}", "name": "{{n}}.txt", "size": 0, "modified_at": "{{Time}}"}""",
            (items, next) => $$"""{"entries": [{{items}}], "next_marker": {{Text(next) ?? "null"}}}"""
        );
        return request => Is(request, "/folders/0/items") ? files.Next("0") : null;
    }

    private static Func<ReplayRequest, ReplayAnswer?> Dropbox()
    {
        var files = new GeneratedItems(
            2000,
            n =>
                $$"""
                    {".tag": "file", "id": "id:many-{{n}}", "name": "{{n}}.bin", "path_display": "/{{n}}.bin", "path_lower": "/{{n}}.bin",
                    "size": 0, "rev": "1", "server_modified": "{{Time}}"}
                    """,
            (items, next) => $$"""{"entries": [{{items}}], "cursor": "{{next}}", "has_more": {{Word(next)}}}"""
        );
        return request => Is(request, "/list_folder") || Is(request, "/list_folder/continue") ? files.Next("/") : null;
    }

    private static Func<ReplayRequest, ReplayAnswer?> Sandfly()
    {
        var results = new GeneratedItems(
            1000,
            n =>
                $$$"""
                    {"sequence_id": "{{{n + 1}}}", "external_id": "many-{{{n}}}", "header": {"end_time": "{{{Time}}}"},
                    "data": {"name": "process_check", "status": "alert", "key_data": "", "results": []}}
                    """,
            (items, next) => $$"""{"total": {{GeneratedItems.Count}}, "more_results": {{Word(next)}}, "data": [{{items}}]}"""
        );
        return request => Is(request, "/results") ? results.Next("results") : null;
    }

    private static Func<ReplayRequest, ReplayAnswer?> Zoom()
    {
        var messages = new GeneratedItems(
            50,
            n => $$"""{"id": "many-{{n}}", "message": "Message {{n}}", "date_time": "{{Time}}"}""",
            (items, next) => $$"""{"messages": [{{items}}], "next_page_token": "{{next}}"}"""
        );
        return request =>
            Is(request, "/messages") && Value(request, "search_type") == "message" ? messages.Next(request.Url.AbsolutePath) : null;
    }

    private static Func<string, int?, string> GooglePage(string list) =>
        (items, next) => $"{{\"{list}\": [{items}]{(next is null ? "" : $", \"nextPageToken\": \"{next}\"")}}}";

    private static bool Is(ReplayRequest request, string end) => request.Url.AbsolutePath.EndsWith(end, StringComparison.Ordinal);

    private static string Value(ReplayRequest request, string parameter) =>
        request.Query.Where(pair => pair.Key == parameter).Select(pair => pair.Value).FirstOrDefault() ?? string.Empty;

    private static string Word(int? next) => next is null ? "false" : "true";

    private static string? Text(int? next) => next is null ? null : $"\"{next}\"";
}
