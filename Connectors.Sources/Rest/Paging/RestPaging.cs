using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Paging;

/// <summary>
/// How a listing is paged, as data: where the items stand, and how the page after one is asked for. The place of a page is a short text,
/// its cursor; the
/// first page's is empty. Pure and safe for concurrent use.
/// </summary>
internal abstract class RestPaging
{
    private readonly JsonPointer _items;

    /// <param name="items">JSON pointer to the array of items; empty when the whole answer is that array.</param>
    protected RestPaging(string items) => _items = JsonPointer.Parse("items", items);

    /// <summary>One page.</summary>
    public static RestPaging None(string items) => new SinglePage(items);

    /// <summary>The answer holds the next page's address: Graph's <c>@odata.nextLink</c>, Confluence's <c>_links.next</c>.</summary>
    /// <param name="items">JSON pointer to the items.</param>
    /// <param name="next">JSON pointer to the address, absolute or relative to the page's own.</param>
    /// <param name="prefix">Put before an address that begins with a slash: <c>/wiki</c>.</param>
    public static RestPaging NextLink(string items, string next, string prefix = "") => new NextLinkPaging(items, next, prefix);

    /// <summary>The <c>Link</c> header holds the next page's address, with <c>rel="next"</c> (RFC 8288).</summary>
    public static RestPaging LinkHeader(string items) => new LinkHeaderPaging(items);

    /// <summary>The answer holds a cursor, which is put into the next request.</summary>
    /// <param name="items">JSON pointer to the items.</param>
    /// <param name="next">JSON pointer to the cursor.</param>
    /// <param name="put">Puts it: <c>(request, cursor) => request.WithQuery("cursor", cursor)</c>.</param>
    /// <param name="hasMore">JSON pointer to a truth value that says whether there is a next page; <see langword="null"/> when a missing
    /// cursor says it.</param>
    public static RestPaging Cursor(string items, string next, Func<RestRequest, string, RestRequest> put, string? hasMore = null) =>
        new CursorPaging(items, next, put, hasMore);

    /// <summary>A connection of GraphQL, with <c>pageInfo { hasNextPage endCursor }</c>. The query has a variable <c>cursor</c>.</summary>
    /// <param name="path">The names that lead to it below <c>data</c>, with slashes: <c>repository/issues</c>.</param>
    /// <param name="items"><c>nodes</c> or <c>edges</c>.</param>
    public static RestPaging Connection(string path, string items = "nodes") =>
        Cursor(
            $"/data/{path}/{items}",
            $"/data/{path}/pageInfo/endCursor",
            (request, cursor) => request.WithBody(["variables", "cursor"], cursor),
            $"/data/{path}/pageInfo/hasNextPage"
        );

    /// <summary>The number of the first item is counted up.</summary>
    /// <param name="items">JSON pointer to the items.</param>
    /// <param name="offset">The query parameter for it.</param>
    /// <param name="size">Items a page, which the request asks for already.</param>
    /// <param name="total">JSON pointer to the number of all items; without it the listing ends with an empty page.</param>
    public static RestPaging Offset(string items, string offset, int size, string? total = null) =>
        new OffsetPaging(items, offset, size, first: 0, total);

    /// <summary>The number of the page is counted up, until a page is empty.</summary>
    public static RestPaging Number(string items, string page, long first = 1) =>
        new OffsetPaging(items, page, step: 1, first, total: null);

    /// <summary>The key of the last item is put into the next request, which asks for what follows it; ends with an empty page.</summary>
    /// <param name="items">JSON pointer to the items.</param>
    /// <param name="key">JSON pointer to an item's key, within the item.</param>
    /// <param name="put">Puts it: <c>(request, key) => request.WithQuery("id_after", key)</c>.</param>
    public static RestPaging Keyset(string items, string key, Func<RestRequest, string, RestRequest> put) =>
        new KeysetPaging(items, key, put);

    /// <summary>The request for the page at a cursor.</summary>
    /// <param name="first">The request for the first page.</param>
    /// <param name="cursor">Empty for the first page.</param>
    public abstract RestRequest Request(RestRequest first, string cursor);

    /// <summary>The items of a page.</summary>
    /// <exception cref="ConnectorException">There is no array: an error must not pass for an empty list.</exception>
    public virtual JsonElement Items(RestResponse page) =>
        _items.Find(page.Json) is { ValueKind: JsonValueKind.Array } items
            ? items
            : throw new ConnectorException(
                $"{RestErrors.Name(page.Address)}: there is no list at {_items} in the answer. Check that this is the service's address."
            );

    /// <summary>The cursor of the page after one; <see langword="null"/> at the end.</summary>
    public abstract string? Next(RestResponse page, string cursor, JsonElement items);

    /// <summary>A text or number as text; <see langword="null"/> for anything else, and for the empty text.</summary>
    protected static string? Text(JsonElement? value) =>
        value switch
        {
            { ValueKind: JsonValueKind.String } text when text.GetString() is { Length: > 0 } some => some,
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => null,
        };

    private sealed class SinglePage(string items) : RestPaging(items)
    {
        public override RestRequest Request(RestRequest first, string cursor) => first;

        public override string? Next(RestResponse page, string cursor, JsonElement items) => null;
    }
}
