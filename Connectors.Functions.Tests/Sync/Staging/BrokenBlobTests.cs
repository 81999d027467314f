using System.IO.Compression;
using System.Net;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage.Blobs;
using Connectors.Abstractions;
using Connectors.Functions.Staging;
using Xunit;

namespace Connectors.Tests.Sync.Staging;

/// <summary>Blobs whose body breaks off while it is read: that may pass, and is told as such.</summary>
public sealed class BrokenBlobTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ABodyThatBreaksOffMayPass(bool isCompressed)
    {
        var store = Store(isCompressed, () =>
            new BrokenStream(isCompressed ? Compressed()[..60] : "some of the bo"u8.ToArray(), throws: true)
        );

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync(store));

        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Contains("'staging'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABodyThatEndsTooEarlyMayPass()
    {
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            ReadAsync(Store(isCompressed: false, () => new BrokenStream("some"u8.ToArray(), throws: false)))
        );

        Assert.Equal(FailureKind.Retry, failure.Kind);
    }

    [Fact]
    public async Task ABodyThatComesWholeIsReadWhole()
    {
        var body = Encoding.UTF8.GetBytes(new string('x', Broken.Length));

        Assert.Equal(body.Length, await ReadAsync(Store(isCompressed: false, () => new MemoryStream(body))));
    }

    [Fact]
    public async Task AnIdentityWithoutATokenIsToldWithTheWayOut()
    {
        var store = new BlobStagingStore(
            new BlobContainerClient(new Uri("https://account.blob.core.windows.net/staging"), new NoCredential())
        );

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => store.ExistsAsync("health", Token));

        Assert.Equal(
            "The storage account was not asked for the container 'staging': the app's identity got no token. See that "
                + "AzureWebJobsStorage__clientId names an identity of this app, or set AzureWebJobsStorage to a connection string.",
            failure.Message
        );
    }

    private static byte[] Compressed()
    {
        var text = new byte[5_000];
        new Random(1).NextBytes(text);
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.Fastest))
        {
            brotli.Write(text);
        }

        return compressed.ToArray();
    }

    private static async Task<long> ReadAsync(BlobStagingStore store)
    {
        await using var stream = await store.OpenAsync("job/plan", Token);
        using var copy = new MemoryStream();
        await stream!.CopyToAsync(copy, Token);
        return copy.Length;
    }

    private static BlobStagingStore Store(bool isCompressed, Func<Stream> body)
    {
        var options = new BlobClientOptions { Transport = new HttpClientTransport(new Broken(isCompressed, body)) };
        options.Retry.MaxRetries = 0;
        return new BlobStagingStore(new BlobContainerClient(new Uri("http://127.0.0.1:1/account/staging"), options));
    }

    /// <summary>An account whose blobs all have the same body.</summary>
    private sealed class Broken(bool isCompressed, Func<Stream> body) : HttpMessageHandler
    {
        public const int Length = 100;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body()), RequestMessage = request };
            answer.Content.Headers.ContentLength = Length;
            answer.Headers.TryAddWithoutValidation("ETag", "\"1\"");
            answer.Headers.TryAddWithoutValidation("x-ms-blob-type", "BlockBlob");
            if (isCompressed)
            {
                answer.Headers.TryAddWithoutValidation("x-ms-meta-encoding", "br");
            }

            return Task.FromResult(answer);
        }
    }

    /// <summary>Gives some bytes, then breaks or ends.</summary>
    private sealed class BrokenStream(byte[] bytes, bool throws) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            return read > 0 || !throws ? read : throw new HttpIOException(HttpRequestError.ResponseEnded);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    private sealed class NoCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("No identity here.");

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("No identity here.");
    }
}
