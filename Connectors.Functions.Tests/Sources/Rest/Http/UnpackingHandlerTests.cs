using System.IO.Compression;
using System.Net;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Http;

/// <summary>Answers that come packed.</summary>
public sealed class UnpackingHandlerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZip")]
    [InlineData("x-gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("gzip", "br")]
    [InlineData("identity")]
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

    private static HttpResponseMessage Packed(byte[] body, params string[] codings)
    {
        var content = new ByteArrayContent(body.Length == 0 ? body : codings.Aggregate(body, Pack));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-8");
        Array.ForEach(codings, content.Headers.ContentEncoding.Add);
        return new HttpResponseMessage { Content = content };
    }

    private static byte[] Pack(byte[] body, string coding)
    {
        if (coding == "identity")
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
}
