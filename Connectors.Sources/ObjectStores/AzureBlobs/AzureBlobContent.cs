using Connectors.Abstractions;

namespace Connectors.Sources.ObjectStores.AzureBlobs;

/// <summary>A blob's bytes.</summary>
internal sealed class AzureBlobContent(AzureBlobListing listing, string container, string blob, long size, string? mediaType)
    : DocumentContent
{
    public override string FileName => blob[(blob.LastIndexOf('/') + 1)..] is { Length: > 0 } name ? name : blob;

    public override long SizeInBytes => size;

    public override string? MediaType => mediaType;

    public override async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await listing.OpenAsync(container, blob, cancellationToken);
        }
        catch (Exception failure) when (AzureBlobErrors.IsServiceFailure(failure, cancellationToken))
        {
            throw AzureBlobErrors.ExplainBlob($"{container}/{blob}", failure);
        }
    }
}
