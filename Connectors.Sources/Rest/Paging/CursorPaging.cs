using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Paging;

/// <summary>See <see cref="RestPaging.Cursor"/>.</summary>
internal sealed class CursorPaging(string items, string next, Func<RestRequest, string, RestRequest> put, string? hasMore)
    : RestPaging(items)
{
    private readonly JsonPointer _next = JsonPointer.Parse("next", next);
    private readonly JsonPointer? _hasMore = hasMore is null ? null : JsonPointer.Parse("hasMore", hasMore);

    public override RestRequest Request(RestRequest first, string cursor) => cursor.Length == 0 ? first : put(first, cursor);

    public override string? Next(RestResponse page, string cursor, JsonElement items)
    {
        if (_hasMore is null)
        {
            return Text(_next.Find(page.Json));
        }

        // Not told is not the same as no.
        return _hasMore.Find(page.Json) switch
        {
            { ValueKind: JsonValueKind.False } => null,
            { ValueKind: JsonValueKind.True } => Text(_next.Find(page.Json))
                ?? throw new ConnectorException($"{RestErrors.Name(page.Address)}: says that there are more items, and not where."),
            _ => throw new ConnectorException($"{RestErrors.Name(page.Address)}: does not say whether there are more items."),
        };
    }
}
