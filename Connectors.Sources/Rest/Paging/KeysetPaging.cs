using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Paging;

/// <summary>See <see cref="RestPaging.Keyset"/>.</summary>
internal sealed class KeysetPaging(string items, string key, Func<RestRequest, string, RestRequest> put) : RestPaging(items)
{
    private readonly JsonPointer _key = JsonPointer.Parse("key", key);

    public override RestRequest Request(RestRequest first, string cursor) => cursor.Length == 0 ? first : put(first, cursor);

    public override string? Next(RestResponse page, string cursor, JsonElement items) =>
        items.GetArrayLength() is > 0 and var count
            ? Text(_key.Find(items[count - 1]))
                ?? throw new ConnectorException($"{RestErrors.Name(page.Address)}: its last item has no key at {_key}.")
            : null;
}
