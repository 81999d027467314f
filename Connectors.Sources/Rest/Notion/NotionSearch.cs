using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Notion;

/// <summary>A search for pages or databases.</summary>
/// <param name="Query">What their titles hold; <see langword="null"/> for all.</param>
/// <param name="Kind"><c>page</c> or <c>database</c>; <see langword="null"/> for both.</param>
/// <param name="IsTitle">Whether only what has exactly this title is meant.</param>
internal sealed record NotionSearch(string? Query, string? Kind, bool IsTitle = false)
{
    public const string Page = "page";
    public const string Database = "database";

    /// <summary>The searches that the fields mean.</summary>
    public static IReadOnlyList<NotionSearch> Of(NotionConfiguration fields)
    {
        var (allPages, allDatabases) = (fields.Pages.Contains("*"), fields.Databases.Contains("*"));
        return allPages && allDatabases
            ? [new NotionSearch(null, null)]
            : [.. Each(fields.Pages, allPages, Page), .. Each(fields.Databases, allDatabases, Database)];
    }

    /// <summary>The request. The oldest change comes first: what is edited meanwhile moves to the end, and is read there.</summary>
    public RestRequest Request()
    {
        var body = new JsonObject
        {
            ["sort"] = new JsonObject { ["timestamp"] = "last_edited_time", ["direction"] = "ascending" },
        };
        if (Query is not null)
        {
            body["query"] = Query;
        }

        if (Kind is not null)
        {
            body["filter"] = new JsonObject { ["property"] = "object", ["value"] = Kind };
        }

        return RestRequest.Post("/v1/search", body);
    }

    /// <summary>Whether something that was found is meant.</summary>
    public bool Means(JsonElement item) => !IsTitle || TitleOf(item) == Query;

    /// <summary>The title of a page or database; empty when it has none.</summary>
    public static string TitleOf(JsonElement item)
    {
        var title = item.Find("title") is { ValueKind: JsonValueKind.Array } own ? own : default;
        if (title.ValueKind == JsonValueKind.Undefined && item.Find("properties") is { ValueKind: JsonValueKind.Object } properties)
        {
            title = properties.EnumerateObject().FirstOrDefault(property => property.Value.Text("type") == "title").Value;
            title = title.ValueKind == JsonValueKind.Object ? title.Find("title") ?? default : default;
        }

        return title.ValueKind == JsonValueKind.Array
            ? string.Concat(title.EnumerateArray().Select(part => part.Text("plain_text")))
            : string.Empty;
    }

    private static IEnumerable<NotionSearch> Each(IReadOnlyList<string> titles, bool all, string kind) =>
        all ? [new NotionSearch(null, kind)] : titles.Select(title => new NotionSearch(title, kind, IsTitle: true));
}
