using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Paging;

/// <summary>See <see cref="RestPaging.NextLink"/>.</summary>
internal sealed class NextLinkPaging(string items, string next, string prefix) : RestPaging(items)
{
    private readonly JsonPointer _next = JsonPointer.Parse("next", next);

    public override RestRequest Request(RestRequest first, string cursor) => cursor.Length == 0 ? first : first with { Address = cursor };

    public override string? Next(RestResponse page, string cursor, JsonElement items) =>
        Text(_next.Find(page.Json)) is { } address
            ? PageLink.Of(
                page.Address,
                address.StartsWith('/') && !address.StartsWith(prefix + '/', StringComparison.Ordinal) ? prefix + address : address
            )
            : null;
}
