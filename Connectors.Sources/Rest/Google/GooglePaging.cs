using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Google;

/// <summary>Google's lists: the answer holds a <c>nextPageToken</c>, and leaves the list out when it is empty.</summary>
/// <param name="items">The name of the list in the answer.</param>
internal sealed class GooglePaging(string items) : RestPaging($"/{items}")
{
    private static readonly JsonElement Empty = JsonElement.Parse("[]");

    /// <inheritdoc/>
    public override RestRequest Request(RestRequest first, string cursor) =>
        cursor.Length == 0 ? first : first.WithQuery("pageToken", cursor);

    /// <inheritdoc/>
    public override JsonElement Items(RestResponse page) =>
        page.Json is { ValueKind: JsonValueKind.Object } answer && !answer.TryGetProperty(items, out _) ? Empty : base.Items(page);

    /// <inheritdoc/>
    public override string? Next(RestResponse page, string cursor, JsonElement items) => page.Json.Text("nextPageToken");
}
