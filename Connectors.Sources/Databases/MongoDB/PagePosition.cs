using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB.Ids;

namespace Connectors.Sources.Databases.MongoDB;

/// <summary>The position of a page.</summary>
internal sealed class PagePosition(RawId? last, bool restarts)
{
    /// <summary>Base64 makes four characters of three bytes.</summary>
    private const int LongestTokenId = (PageToken.MaxLength / 4 * 3) - 4;

    private RawId? _last = last;

    public bool Restarts { get; } = restarts;

    public int Listed { get; private set; }

    public PageToken Token => new(_last!.Value.Encode());

    /// <summary>Takes note of an id that lies in the batch's memory: <see cref="Keep"/> before that is given back.</summary>
    public void Pass(RawId id)
    {
        _last = id;
        Listed++;
    }

    public RawId? Keep() => _last = _last?.Copy();

    /// <summary>A token has its limit, an <c>_id</c> has none: a page goes on until it ends with an id that fits.</summary>
    public bool IsEnd(SourcePageBuilder page, PageLimits limits) =>
        Listed > 0 && (page.IsFull || Listed >= limits.MaxDocuments) && _last!.Value.Value.Length < LongestTokenId;

    /// <summary>Between two batches: another one for the rest would cost more than a smaller page does.</summary>
    public bool IsNearEnd(SourcePageBuilder page, PageLimits limits) =>
        Listed > 0 && page.SizeInBytes >= limits.MaxBytes - (limits.MaxBytes / 8) && _last!.Value.Value.Length < LongestTokenId;
}
