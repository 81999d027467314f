using System.Text.Encodings.Web;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using Connectors.Abstractions;

namespace Connectors.Sources.ObjectStores.AzureBlobs;

/// <summary>
/// Cuts a container's listing into pages. A page that ends in the middle of what a request listed goes on with that request again, after
/// the blob it ended with; should that blob be gone meanwhile, the container is read anew. Nothing depends on the order of names, which
/// differs between kinds of accounts.
/// </summary>
internal sealed class AzureBlobPages(AzureBlobListing listing, string container)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task<SourcePage> FillAsync(SourcePageBuilder page, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        var metadata = await listing.MetadataAsync(container, cancellationToken);
        var position = after.IsStart ? new ListingPosition(null, null, 0) : Decode(after);
        var restarts = position is null;
        position ??= new ListingPosition(null, null, 0);
        while (true)
        {
            // What was begun has to be asked for in the same size, or the blob to go on after may not be in it.
            var size = position.Last is null ? Math.Max(limits.MaxDocuments - page.Count, 1) : position.Size;
            var (blobs, next) = await listing.SegmentAsync(container, position.Marker, size, cancellationToken);
            var first = position.Last is null ? 0 : IndexAfter(blobs, position.Last);
            if (first < 0)
            {
                (position, restarts) = (new ListingPosition(null, null, 0), true);
                continue;
            }

            for (var i = first; i < blobs.Count; i++)
            {
                AzureBlobDocument.Write(page, listing, container, metadata, blobs[i]);
                if (!page.IsFull)
                {
                    continue;
                }

                if (i < blobs.Count - 1)
                {
                    return page.Build(Encode(position with { Last = blobs[i].Name, Size = size }), isLast: false, restarts);
                }

                return next is null
                    ? page.Build(PageToken.Start, isLast: true, restarts)
                    : page.Build(Encode(new ListingPosition(next, null, 0)), isLast: false, restarts);
            }

            if (next is null)
            {
                return page.Build(PageToken.Start, isLast: true, restarts);
            }

            if (next == position.Marker)
            {
                throw new ConnectorException(FailureKind.Retry, $"The listing of the container '{container}' does not get on.");
            }

            position = new ListingPosition(next, null, 0);
        }
    }

    private static int IndexAfter(IReadOnlyList<BlobItem> blobs, string name)
    {
        for (var i = 0; i < blobs.Count; i++)
        {
            if (blobs[i].Name == name)
            {
                return i + 1;
            }
        }

        return -1;
    }

    private PageToken Encode(ListingPosition position)
    {
        var text = JsonSerializer.Serialize(position, Relaxed);
        return text.Length <= PageToken.MaxLength
            ? new PageToken(text)
            : throw new ConnectorException(
                $"The container '{container}': a marker of its listing is longer than {PageToken.MaxLength} characters, so the reading "
                    + "could not be resumed after it."
            );
    }

    private static ListingPosition? Decode(PageToken token)
    {
        try
        {
            return JsonSerializer.Deserialize<ListingPosition>(token.Value);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <param name="Marker">The request's marker; <see langword="null"/> for the first.</param>
    /// <param name="Last">The last blob that was read of what the request lists; <see langword="null"/> when none was.</param>
    /// <param name="Size">With <paramref name="Last"/>, how many blobs the request asked for.</param>
    private sealed record ListingPosition(string? Marker, string? Last, int Size);
}
