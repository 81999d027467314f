using Amazon.S3;
using Amazon.S3.Model;

namespace Connectors.Sources.ObjectStores.S3;

/// <summary>Lists buckets, prefixes and keys. Safe for concurrent use.</summary>
internal sealed class S3Listing(S3Clients clients, int pageSize)
{
    private const int MostPrefixPages = 10;
    private const int DeepestPrefix = 4;

    /// <summary>Names of all buckets of the account.</summary>
    public async Task<IReadOnlyList<string>> BucketsAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        var request = new ListBucketsRequest();
        do
        {
            var answer = await clients.Default.ListBucketsAsync(request, cancellationToken);
            names.AddRange((answer.Buckets ?? []).Select(bucket => bucket.BucketName));
            request.ContinuationToken = answer.ContinuationToken;
        } while (!string.IsNullOrEmpty(request.ContinuationToken));

        return names;
    }

    /// <summary>
    /// Prefixes, up to a slash, at which a bucket can be divided; in S3's order. Looks below a prefix that all keys share, and reads a few
    /// thousand names at most: fewer prefixes only mean fewer parts.
    /// </summary>
    public async Task<IReadOnlyList<string>> PrefixesAsync(string bucket, CancellationToken cancellationToken)
    {
        var client = await clients.ForAsync(bucket, cancellationToken);
        var found = new List<string>();
        var below = string.Empty;
        for (var depth = 0; depth < DeepestPrefix; depth++)
        {
            var prefixes = await PrefixesBelowAsync(client, bucket, below, cancellationToken);
            if (prefixes.Count > 0)
            {
                found = prefixes;
            }

            if (prefixes.Count != 1)
            {
                break;
            }

            below = prefixes[0];
        }

        found.Sort(S3Bounds.CompareKeys);
        return found;
    }

    /// <summary>The objects after <paramref name="after"/> in S3's order, as many as one answer holds; and whether there are
    /// more.</summary>
    public async Task<(IReadOnlyList<S3Object> Objects, bool HasMore)> ObjectsAsync(
        string bucket,
        string? after,
        int most,
        CancellationToken cancellationToken,
        string? prefix = null
    )
    {
        var client = await clients.ForAsync(bucket, cancellationToken);
        var answer = await client.ListObjectsV2Async(
            new ListObjectsV2Request
            {
                BucketName = bucket,
                Prefix = prefix,
                StartAfter = after,
                MaxKeys = Math.Clamp(most, 1, pageSize),
                FetchOwner = true,
                Encoding = EncodingType.Url,
            },
            cancellationToken
        );
        var objects = answer.S3Objects ?? [];
        foreach (var item in objects)
        {
            item.Key = Decode(item.Key, answer.Encoding);
        }

        return (objects, answer.IsTruncated == true);
    }

    private static async Task<List<string>> PrefixesBelowAsync(
        IAmazonS3 client,
        string bucket,
        string prefix,
        CancellationToken cancellationToken
    )
    {
        var found = new List<string>();
        var request = new ListObjectsV2Request
        {
            BucketName = bucket,
            Prefix = prefix,
            Delimiter = "/",
            Encoding = EncodingType.Url,
        };
        for (var page = 0; page < MostPrefixPages; page++)
        {
            var answer = await client.ListObjectsV2Async(request, cancellationToken);
            found.AddRange((answer.CommonPrefixes ?? []).Select(text => Decode(text, answer.Encoding)));
            if (answer.IsTruncated != true)
            {
                break;
            }

            request.ContinuationToken = answer.NextContinuationToken;
        }

        return found;
    }

    /// <summary>Keys come encoded as in a form, since XML can't hold every character that a key can.</summary>
    private static string Decode(string text, EncodingType? encoding) =>
        encoding == EncodingType.Url ? Uri.UnescapeDataString(text.Replace('+', ' ')) : text;
}
