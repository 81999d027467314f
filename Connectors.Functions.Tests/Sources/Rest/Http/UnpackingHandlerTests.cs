using System.IO.Compression;
using System.Net;
using System.Text;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Http;

/// <summary>Answers that come packed.</summary>
public sealed class UnpackingHandlerTests
{
    // What none of the codings can begin with.
    private static readonly byte[] Damaged = [.. Enumerable.Repeat((byte)0xFF, 64)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZip")]
    [InlineData("x-gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("gzip", "br")]
    [InlineData("identity")]
    [InlineData("aws-chunked", "gzip")]
    [InlineData("gzip", "UTF-8")]
    public async Task AreReadAsTheyWereBefore(params string[] codings)
    {
        using var client = Scripted.By(_ => Packed("""{"name": "Ann"}"""u8.ToArray(), codings)).Client();
        using var answer = await client.GetAsync("me", Cancellation);
        Assert.Equal("Ann", answer.Json.Text("name"));
        Assert.Equal("application/json; charset=utf-8", answer.ContentType);
    }

    [Fact]
    public async Task AnAnswerWithoutABodyMayBeCalledPacked()
    {
        using var client = Scripted.By(_ => Packed([], "gzip")).Client();
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Head, "me"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(0, answer.Bytes.Length);
    }

    // A token endpoint's answer is read into memory by a library, and so is what Google's asks for.
    [Fact]
    public async Task ReadingOneIntoMemoryEndsAtOnceWhenItIsCancelled()
    {
        using var stop = new CancellationTokenSource();
        using var stuck = new StuckStream();
        using var http = RestClient.CreateHttp(Scripted.By(_ => Packed(new StreamContent(stuck), "gzip")).Context);
        using var answer = await http.GetAsync(
            new Uri("https://things.example/"),
            HttpCompletionOption.ResponseHeadersRead,
            Cancellation
        );

        var reading = answer.Content.ReadAsByteArrayAsync(stop.Token);
        await stuck.Begun.WaitAsync(Cancellation);
        await stop.CancelAsync();

        Assert.True(stuck.Given.IsCancellationRequested);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Cancellation));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task OneThatIsDamagedIsAskedForAgainAsOneThatBrokeOff(string coding)
    {
        var asked = 0;
        using var client = Scripted
            .By(_ =>
                asked++ == 0
                    ? Packed(new ByteArrayContent(Damaged), coding)
                    : Packed("""{"name": "Ann"}"""u8.ToArray(), coding)
            )
            .Client();

        using var answer = await client.GetAsync("me", Cancellation);

        Assert.Equal("Ann", answer.Json.Text("name"));
        Assert.Equal(2, asked);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task OneThatStaysDamagedIsABrokenConnection(string coding)
    {
        var script = Scripted.By(_ => Packed(new ByteArrayContent(Damaged), coding));
        using var client = script.Client();

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => client.GetAsync("me", Cancellation));

        Assert.Equal(
            (FailureKind.Retry, "Things (https://things.example/api/me): the connection broke."),
            (failure.Kind, failure.Message)
        );
        Assert.Equal(5, script.Seen.Count);
        await using var content = await client.OpenAsync(RestRequest.Get("f"), Cancellation);
        await Assert.ThrowsAsync<HttpIOException>(() => content.CopyToAsync(Stream.Null, Cancellation));
    }

    [Fact]
    public async Task ACodingThatIsNotKnownIsNotUnpackedAndSaidWhereTheAnswerCanNotBeReadThen()
    {
        var content = new ByteArrayContent([0x28, 0xB5, 0x2F, 0xFD]);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        var script = Scripted.By(request =>
            request.RequestUri!.AbsolutePath.EndsWith("/me", StringComparison.Ordinal)
                ? Packed(content, "gzip", "zstd")
                : Packed(new StringContent("1"), "utf-8")
        );
        using var client = script.Client();

        using var answer = await client.GetAsync("me", Cancellation);
        var failure = Assert.Throws<ConnectorException>(() => answer.Json);

        Assert.Equal(
            (
                FailureKind.Fatal,
                "https://things.example/api/me: the answer is packed (gzip, zstd) in a way that is not known here. Have the server send it "
                    + "unpacked, or with gzip or br."
            ),
            (failure.Kind, failure.Message)
        );
        Assert.Equal(4, answer.ContentLength);

        // Some servers say a charset there.
        using var plain = await client.GetAsync("count", Cancellation);
        Assert.Equal((1, 1L), (plain.Json.GetInt32(), plain.ContentLength));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("iso-8859-1")]
    public async Task AnAnswerThatNamesACodingAndIsNotPackedIsNotBlamedOnItWhenItBreaksOff(string coding)
    {
        using var client = Scripted.By(_ => Packed(new StringContent(" \n[1, 2", Encoding.UTF8, "application/json"), coding)).Client();

        using var answer = await client.GetAsync("me", Cancellation);
        var failure = Assert.Throws<ConnectorException>(() => answer.Json);

        Assert.Equal(
            (FailureKind.Retry, "https://things.example/api/me: the answer is cut off or is not JSON."),
            (failure.Kind, failure.Message)
        );
    }

    private static HttpResponseMessage Packed(HttpContent content, params string[] codings)
    {
        Array.ForEach(codings, content.Headers.ContentEncoding.Add);
        return new HttpResponseMessage { Content = content };
    }

    private static HttpResponseMessage Packed(byte[] body, params string[] codings)
    {
        var content = new ByteArrayContent(body.Length == 0 ? body : codings.Aggregate(body, Pack));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-8");
        return Packed(content, codings);
    }

    private static byte[] Pack(byte[] body, string coding)
    {
        if (coding is "identity" or "aws-chunked" or "UTF-8")
        {
            return body;
        }

        using var packed = new MemoryStream();
        using (
            Stream stream = coding switch
            {
                "br" => new BrotliStream(packed, CompressionMode.Compress, leaveOpen: true),
                "deflate" => new ZLibStream(packed, CompressionMode.Compress, leaveOpen: true),
                _ => new GZipStream(packed, CompressionMode.Compress, leaveOpen: true),
            }
        )
        {
            stream.Write(body);
        }

        return packed.ToArray();
    }

    /// <summary>A body of which nothing comes until the reading is cancelled.</summary>
    private sealed class StuckStream : MemoryStream
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        /// <summary>What the reading can be cancelled by.</summary>
        public CancellationToken Given { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Given = cancellationToken;
            _begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return 0;
        }
    }
}
