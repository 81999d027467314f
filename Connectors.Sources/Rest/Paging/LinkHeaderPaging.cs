using System.Text.Json;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Paging;

/// <summary>See <see cref="RestPaging.LinkHeader"/>.</summary>
internal sealed class LinkHeaderPaging(string items) : RestPaging(items)
{
    public override RestRequest Request(RestRequest first, string cursor) => cursor.Length == 0 ? first : first with { Address = cursor };

    public override string? Next(RestResponse page, string cursor, JsonElement items) =>
        Paging.LinkHeader.Next(page) is { } next ? PageLink.Of(page.Address, next) : null;
}
