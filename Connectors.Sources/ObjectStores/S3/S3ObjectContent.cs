using Amazon.S3.Model;
using Connectors.Abstractions;

namespace Connectors.Sources.ObjectStores.S3;

/// <summary>An object's bytes.</summary>
internal sealed class S3ObjectContent(S3Clients clients, string bucket, string key, long size) : DocumentContent
{
    private string? _mediaType;

    public override string FileName => key[(key.LastIndexOf('/') + 1)..] is { Length: > 0 } name ? name : key;

    public override long SizeInBytes => size;

    public override string? MediaType => _mediaType;

    public override async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var client = await clients.ForAsync(bucket, cancellationToken);
            var answer = await client.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = key }, cancellationToken);
            _mediaType = answer.Headers.ContentType;
            return answer.ResponseStream;
        }
        catch (Exception failure) when (S3Errors.IsServiceFailure(failure, cancellationToken))
        {
            throw S3Errors.ExplainObject($"{bucket}/{key}", failure);
        }
    }
}
