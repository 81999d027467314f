using System.Globalization;
using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.SharePointServer;

/// <summary>
/// Lists of sites, lists, users and roles: by the next page's address where the server names it, else by counting up, for as long as pages
/// are full.
/// </summary>
internal sealed class SkipPaging() : RestPaging("/value")
{
    private const int Size = 5000;

    /// <summary>The only one that is needed.</summary>
    public static RestPaging Instance { get; } = new SkipPaging();

    public override RestRequest Request(RestRequest first, string cursor) =>
        first with
        {
            Address = cursor.StartsWith('/') ? cursor : $"{first.Address}{Sign(first)}$skip={Skipped(cursor)}&$top={Size}",
        };

    public override string? Next(RestResponse page, string cursor, JsonElement items) =>
        page.Json.Text("odata.nextLink") is { } next ? PageLink.Of(page.Address, next)
        : items.GetArrayLength() < Size || cursor.StartsWith('/') ? null
        : (Skipped(cursor) + Size).ToString(CultureInfo.InvariantCulture);

    private static char Sign(RestRequest request) => request.Address.Contains('?', StringComparison.Ordinal) ? '&' : '?';

    private static long Skipped(string cursor) =>
        cursor.Length == 0 ? 0
        : long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw StreamPosition.NoPlace(cursor);
}
