using System.Globalization;
using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Paging;

/// <summary>See <see cref="RestPaging.Offset"/> and <see cref="RestPaging.Number"/>.</summary>
internal sealed class OffsetPaging(string items, string parameter, int step, long first, string? total) : RestPaging(items)
{
    private readonly JsonPointer? _total = total is null ? null : JsonPointer.Parse("total", total);

    public override RestRequest Request(RestRequest first, string cursor) =>
        first.WithQuery(parameter, Number(cursor).ToString(CultureInfo.InvariantCulture));

    public override string? Next(RestResponse page, string cursor, JsonElement items)
    {
        var next = Number(cursor) + step;
        var isEnd = _total?.Find(page.Json) is { ValueKind: JsonValueKind.Number } all
            ? next >= all.GetInt64()
            : items.GetArrayLength() == 0;
        return isEnd ? null : next.ToString(CultureInfo.InvariantCulture);
    }

    private long Number(string cursor) =>
        cursor.Length == 0 ? first
        : long.TryParse(cursor, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw StreamPosition.NoPlace(cursor);
}
