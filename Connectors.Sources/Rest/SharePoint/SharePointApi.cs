using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.SharePoint;

/// <summary>SharePoint's own REST API, as SharePoint Online and SharePoint Server have it.</summary>
internal static class SharePointApi
{
    /// <summary>Lists: items at <c>value</c>, the next page at <c>odata.nextLink</c>.</summary>
    public static RestPaging Paging { get; } = RestPaging.NextLink("/value", "/odata.nextLink");

    /// <summary>The address of something of a site.</summary>
    /// <param name="site">The site's address, or its path on the host: <c>https://example.sharepoint.com/sites/eng</c>,
    /// <c>/sites/eng</c>.</param>
    /// <param name="path">What is asked for: <c>_api/web</c>.</param>
    public static string AddressOf(string site, string path) => $"{site.TrimEnd('/')}/{path}";

    /// <summary>A list of a site. By its id: names change, and two lists can have the same.</summary>
    public static string ListOf(string id) => $"_api/web/lists(guid'{id}')";

    /// <summary>What belongs to something. The query of its address stays the query.</summary>
    /// <param name="thing">A list, an item, a file, a folder: <c>_api/web/GetFileByServerRelativeUrl(@path)?@path='/a.txt'</c>.</param>
    /// <param name="part">What is asked for of it: <c>roleassignments</c>, with a query or without.</param>
    public static string PartOf(string thing, string part) =>
        thing.Split('?', 2) is [var path, var query]
            ? $"{path}/{part}{(part.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}"
            : $"{thing}/{part}";
}
