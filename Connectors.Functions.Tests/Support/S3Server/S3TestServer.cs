using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Connectors.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Connectors.Tests.Support.S3Server;

/// <summary>
/// As much of S3 as the source uses, over HTTP with path-style addresses: ListBuckets, GetBucketLocation, ListObjectsV2, GetObject, with
/// regions, closed buckets, broken calls and odd keys. Signatures are not checked, save that the key id <c>UNKNOWN</c> is refused and
/// <c>BADSIGN</c> has the wrong secret.
/// </summary>
public sealed class S3TestServer : IAsyncDisposable
{
    private static readonly XNamespace Xml = "http://s3.amazonaws.com/doc/2006-03-01/";
    private readonly WebApplication _app;

    private S3TestServer(WebApplication app, BackendCalls calls)
    {
        _app = app;
        Calls = calls;
        app.Run(AnswerAsync);
    }

    public Uri Address => new(_app.Urls.First());

    public BackendCalls Calls { get; }

    public SortedDictionary<string, S3Bucket> Buckets { get; } = new(StringComparer.Ordinal);

    /// <summary>When set, requests have to be signed with it.</summary>
    public string? Secret { get; set; }

    /// <summary>Method and address of every request.</summary>
    public List<string> Requests { get; } = [];

    public static async Task<S3TestServer> StartAsync(BackendCalls calls, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var server = new S3TestServer(builder.Build(), calls);
        await server._app.StartAsync(cancellationToken);
        return server;
    }

    public S3Bucket Bucket(string name)
    {
        Buckets.TryAdd(name, new S3Bucket(name));
        return Buckets[name];
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private static string SignedRegion(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var header
        && header.IndexOf("Credential=", StringComparison.Ordinal) is >= 0 and var start
            ? header[start..].Split('/')[2]
            : string.Empty;

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        lock (Requests)
        {
            Requests.Add($"{request.Method} {request.Path}{request.QueryString}");
        }

        if (!Calls.Enter())
        {
            await ErrorAsync(context, 500, "InternalError");
            return;
        }

        var credential = request.Headers.Authorization.ToString();
        if (credential.Contains("Credential=UNKNOWN/", StringComparison.Ordinal))
        {
            await ErrorAsync(context, 403, "InvalidAccessKeyId");
            return;
        }

        if (credential.Contains("Credential=BADSIGN/", StringComparison.Ordinal))
        {
            await ErrorAsync(context, 403, "SignatureDoesNotMatch");
            return;
        }

        // As it came: the server's own path has no dots and no double slashes any more.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (Secret is not null && !S3Signature.IsRight(request, PathOf(target), Secret))
        {
            await ErrorAsync(context, 403, "SignatureDoesNotMatch");
            return;
        }

        // Through a proxy, as the tests of addresses with the bucket in the host's name go, the target is the whole address.
        var bucketOfHost = target.StartsWith("http://", StringComparison.Ordinal) ? request.Host.Host.Split('.')[0] + '/' : string.Empty;
        var path = bucketOfHost + Uri.UnescapeDataString(PathOf(target).Split('?')[0])[1..];
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var (name, key) = slash < 0 ? (path, string.Empty) : (path[..slash], path[(slash + 1)..]);
        await (name.Length == 0 ? ListBucketsAsync(context) : InBucketAsync(context, name, key));
    }

    private static string PathOf(string target) =>
        target.StartsWith("http://", StringComparison.Ordinal) ? target[target.IndexOf('/', "http://".Length)..] : target;

    private Task InBucketAsync(HttpContext context, string name, string key)
    {
        var isLocation = context.Request.Query.ContainsKey("location");
        if (!Buckets.TryGetValue(name, out var bucket))
        {
            return ErrorAsync(context, 404, "NoSuchBucket");
        }

        if (bucket.IsClosed || (isLocation && bucket.HidesLocation))
        {
            return ErrorAsync(context, 403, "AccessDenied");
        }

        if (isLocation)
        {
            return XmlAsync(
                context,
                200,
                new XElement(Xml + "LocationConstraint", bucket.Region == "us-east-1" ? string.Empty : bucket.Region)
            );
        }

        if (SignedRegion(context.Request) != bucket.Region)
        {
            context.Response.Headers["x-amz-bucket-region"] = bucket.Region;
            return ErrorAsync(context, 400, "AuthorizationHeaderMalformed", new XElement("Region", bucket.Region));
        }

        return key.Length == 0 ? ListObjectsAsync(context, bucket) : GetAsync(context, bucket, key);
    }

    private Task ListBucketsAsync(HttpContext context) =>
        XmlAsync(
            context,
            200,
            new XElement(
                Xml + "ListAllMyBucketsResult",
                new XElement(
                    Xml + "Buckets",
                    Buckets.Values.Select(bucket => new XElement(
                        Xml + "Bucket",
                        new XElement(Xml + "Name", bucket.Name),
                        new XElement(Xml + "CreationDate", "2020-01-01T00:00:00.000Z")
                    ))
                )
            )
        );

    private static Task ListObjectsAsync(HttpContext context, S3Bucket bucket)
    {
        var query = context.Request.Query;
        var (prefix, delimiter) = (query["prefix"].ToString(), query["delimiter"].ToString());
        var after = query["continuation-token"].ToString() is { Length: > 0 } token
            ? Encoding.UTF8.GetString(Convert.FromBase64String(token))
            : query["start-after"].ToString();
        var most = int.Parse(query["max-keys"].ToString() is { Length: > 0 } asked ? asked : "1000");
        var (keys, prefixes, last, isTruncated) = (new List<string>(), new List<string>(), after, false);
        foreach (var key in bucket.Items.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var end = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            var entry = end < 0 ? key : key[..(end + delimiter.Length)];
            if (prefixes.Contains(entry) || Encoding.UTF8.GetBytes(entry).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(after)) <= 0)
            {
                continue;
            }

            if (keys.Count + prefixes.Count == most)
            {
                isTruncated = true;
                break;
            }

            (end < 0 ? keys : prefixes).Add(entry);
            last = entry;
        }

        Func<string, string> encode =
            query["encoding-type"] == "url"
                ? text => WebUtility.UrlEncode(text).Replace("%2F", "/", StringComparison.Ordinal)
                : text => text;
        return XmlAsync(
            context,
            200,
            new XElement(
                Xml + "ListBucketResult",
                new XElement(Xml + "Name", bucket.Name),
                new XElement(Xml + "IsTruncated", isTruncated),
                query["encoding-type"] == "url" ? new XElement(Xml + "EncodingType", "url") : null,
                isTruncated ? new XElement(Xml + "NextContinuationToken", Convert.ToBase64String(Encoding.UTF8.GetBytes(last))) : null,
                keys.Select(key => Contents(encode(key), bucket.Items[key], query["fetch-owner"] == "true")),
                prefixes.Select(entry => new XElement(Xml + "CommonPrefixes", new XElement(Xml + "Prefix", encode(entry))))
            )
        );
    }

    private static XElement Contents(string key, S3Item item, bool withOwner) =>
        new(
            Xml + "Contents",
            new XElement(Xml + "Key", key),
            new XElement(Xml + "LastModified", item.Modified.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'")),
            new XElement(Xml + "ETag", $"\"{ETag(item)}\""),
            new XElement(Xml + "Size", item.Bytes.Length),
            new XElement(Xml + "StorageClass", "STANDARD"),
            withOwner ? new XElement(Xml + "Owner", new XElement(Xml + "ID", "0123"), new XElement(Xml + "DisplayName", "ann")) : null
        );

    private static string ETag(S3Item item) => Convert.ToHexStringLower(MD5.HashData(item.Bytes));

    private static async Task GetAsync(HttpContext context, S3Bucket bucket, string key)
    {
        if (!bucket.Items.TryGetValue(key, out var item))
        {
            await ErrorAsync(context, 404, "NoSuchKey");
            return;
        }

        if (item.FailsWith is { } code)
        {
            await ErrorAsync(context, 403, code);
            return;
        }

        context.Response.ContentLength = item.Bytes.Length;
        context.Response.Headers.ETag = $"\"{ETag(item)}\"";
        context.Response.Headers.LastModified = item.Modified.ToString("R");
        await context.Response.Body.WriteAsync(item.Bytes);
    }

    private static Task ErrorAsync(HttpContext context, int status, string code, params object[] more) =>
        XmlAsync(
            context,
            status,
            new XElement("Error", new XElement("Code", code), new XElement("Message", "no"), new XElement("RequestId", "1"), more)
        );

    private static async Task XmlAsync(HttpContext context, int status, XElement content)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        var bytes = Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + content.ToString(SaveOptions.DisableFormatting));
        context.Response.ContentLength = bytes.Length;
        if (context.Request.Method != "HEAD")
        {
            await context.Response.Body.WriteAsync(bytes);
        }
    }
}
