using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Dropbox;

/// <summary>The requests to Dropbox's API. All calls are POSTs; a call for the next page has an address of its own.</summary>
internal static class DropboxApi
{
    /// <summary>The host of contents.</summary>
    public const string ContentHost = "content.dropboxapi.com";

    private const int FilesOfAPage = 2000;

    /// <summary>The address of the API.</summary>
    public static Uri Address { get; } = new("https://api.dropboxapi.com/");

    /// <summary>Pages of files.</summary>
    public static RestPaging Files { get; } = Continued("/entries", "2/files/list_folder/continue", "/has_more");

    /// <summary>Pages of files that others shared.</summary>
    public static RestPaging Received { get; } = Continued("/entries", "2/sharing/list_received_files/continue");

    /// <summary>Pages of what a search found.</summary>
    public static RestPaging Matches { get; } = Continued("/matches", "2/files/search/continue_v2", "/has_more");

    /// <summary>Pages of a team's members.</summary>
    public static RestPaging Members { get; } = Continued("/members", "2/team/members/list/continue_v2", "/has_more");

    /// <summary>What is asked of a folder, in all calls about its listing.</summary>
    public static JsonObject Listing(string path) =>
        new()
        {
            ["path"] = path,
            ["recursive"] = true,
            ["limit"] = FilesOfAPage,
        };

    /// <summary>The request for the page at a cursor.</summary>
    public static RestRequest At(RestRequest request, string address, string cursor) =>
        request with
        {
            Address = address,
            Json = new JsonObject { ["cursor"] = cursor },
        };

    private static RestPaging Continued(string items, string address, string? hasMore = null) =>
        RestPaging.Cursor(items, "/cursor", (request, cursor) => At(request, address, cursor), hasMore);
}
