using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Connectors.Sources.Rest.Http;

/// <summary>
/// What tells that the rest of a content belongs to the beginning of it: its length, and its entity tag or the time of its last change
/// (RFC 9110, 13.1.5 and 14).
/// </summary>
/// <param name="Length">Bytes of the whole.</param>
/// <param name="Tag">Its strong entity tag; <see langword="null"/> when it has none at all.</param>
/// <param name="LastModified">When it was changed last; counts when there is no tag.</param>
internal sealed record ContentVersion(long Length, EntityTagHeaderValue? Tag, DateTimeOffset? LastModified)
{
    /// <summary>How much older than the answer a change must be, so that there was none since that bears the same second.</summary>
    private static readonly TimeSpan Old = TimeSpan.FromMinutes(1);

    /// <summary>The version that an answer holds; <see langword="null"/> when its rest can't be asked for.</summary>
    /// <remarks>A body that a service packed on the way all the same has no length here. Ranges of it would count packed bytes.</remarks>
    public static ContentVersion? Of(RestResponse answer)
    {
        if (answer.Status != HttpStatusCode.OK || answer.ContentLength is not > 0 || !answer.Headers.AcceptRanges.Contains("bytes"))
        {
            return null;
        }

        var (tag, changed) = (answer.Headers.ETag, answer.LastModified);
        var isVersion = answer.Header("ETag") is null ? changed + Old <= answer.Headers.Date : tag is { IsWeak: false };
        return isVersion ? new ContentVersion(answer.ContentLength.Value, tag, changed) : null;
    }

    /// <summary>The request for what follows the first bytes, or for the whole if it is another version by now.</summary>
    public RestRequest RestOf(RestRequest request, long from) =>
        request with
        {
            Headers =
            [
                .. request.Headers,
                new("Range", string.Create(CultureInfo.InvariantCulture, $"bytes={from}-")),
                new("If-Range", Tag?.Tag ?? LastModified!.Value.ToString("r", CultureInfo.InvariantCulture)),
            ],
        };

    /// <summary>Whether an answer begins with the byte asked for, of the same version. It may end before the whole does.</summary>
    /// <remarks>One that was packed on the way has no length here, and is none.</remarks>
    public bool IsContinuedBy(RestResponse answer, long from) =>
        answer.Status == HttpStatusCode.PartialContent
        && answer.ContentRange is { Unit: "bytes", From: { } first, To: { } last, Length: { } length }
        && first == from
        && length == Length
        && answer.ContentLength == last - first + 1
        && (Tag is null ? answer.LastModified == LastModified : Tag.Equals(answer.Headers.ETag));
}
