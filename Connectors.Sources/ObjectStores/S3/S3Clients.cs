using System.Collections.Concurrent;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Connectors.Sources.ObjectStores.S3;

/// <summary>The SDK's clients, one per region, and which region each bucket is in. Safe for concurrent use.</summary>
internal sealed class S3Clients(S3Configuration configuration) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<AmazonS3Client>> _clients = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _regions = new(StringComparer.Ordinal);

    /// <summary>The client for what concerns no bucket.</summary>
    public IAmazonS3 Default => InRegion(configuration.Region);

    /// <summary>The client for a bucket, in its region.</summary>
    public async Task<IAmazonS3> ForAsync(string bucket, CancellationToken cancellationToken)
    {
        if (!_regions.TryGetValue(bucket, out var region))
        {
            region = await FindRegionAsync(bucket, cancellationToken);
            _regions[bucket] = region;
        }

        return InRegion(region);
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values.Where(client => client.IsValueCreated))
        {
            client.Value.Dispose();
        }

        _clients.Clear();
    }

    private async Task<string> FindRegionAsync(string bucket, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await Default.GetBucketLocationAsync(new GetBucketLocationRequest { BucketName = bucket }, cancellationToken);
            return answer.Location?.Value switch
            {
                // The first two regions are named as they were before there were names.
                null or "" or "US" => "us-east-1",
                "EU" => "eu-west-1",
                var name => name,
            };
        }
        catch (AmazonS3Exception refused)
            when (refused.StatusCode
                    is HttpStatusCode.Forbidden
                        or HttpStatusCode.BadRequest
                        or HttpStatusCode.MethodNotAllowed
                        or HttpStatusCode.NotImplemented
                && refused.ErrorCode is not ("InvalidAccessKeyId" or "SignatureDoesNotMatch")
            )
        {
            // The right to ask for the location is not needed to read a bucket. The SDK follows S3's hint when the region turns out to be
            // another.
            return configuration.Region;
        }
    }

    private AmazonS3Client InRegion(string region) => _clients.GetOrAdd(region, name => new Lazy<AmazonS3Client>(() => Make(name))).Value;

    private S3KeyClient Make(string region)
    {
        var settings = new AmazonS3Config
        {
            Timeout = configuration.ReadTimeout,
            ConnectTimeout = configuration.ConnectTimeout,
            MaxErrorRetry = configuration.MaxAttempts - 1,
            RetryMode = RequestRetryMode.Standard,
            ForcePathStyle = configuration.PathStyle,
        };
        if (configuration.Endpoint is { } endpoint)
        {
            settings.ServiceURL = endpoint.AbsoluteUri;
            settings.AuthenticationRegion = region;
        }
        else
        {
            settings.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region);
        }

        return configuration is { AccessKeyId: { } keyId, SecretKey: { } secret }
            ? new S3KeyClient(new BasicAWSCredentials(keyId, secret.Reveal()), settings)
            : new S3KeyClient(settings);
    }
}
