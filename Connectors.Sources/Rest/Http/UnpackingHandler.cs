using System.IO.Compression;
using System.Net;

namespace Connectors.Sources.Rest.Http;

/// <summary>
/// Lets answers come packed (RFC 9110, 8.4 and 12.5.3) and unpacks them. The handler below it could, but asks for packed answers in every
/// request, also in one that says how its answer may come (<see cref="RestRequest.Unpacked"/>).
/// </summary>
internal sealed class UnpackingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string Codings = "gzip, br";

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Headers.Contains("Accept-Encoding"))
        {
            request.Headers.TryAddWithoutValidation("Accept-Encoding", Codings);
        }

        // Whatever was asked: a store may give a file as it was put there.
        var answer = await base.SendAsync(request, cancellationToken);
        if (answer.Content.Headers.ContentEncoding.Count > 0)
        {
            answer.Content = new UnpackedContent(answer.Content);
        }

        return answer;
    }

    /// <summary>A content whose length is not known, as the one that is told counts packed bytes.</summary>
    private sealed class UnpackedContent : HttpContent
    {
        private readonly HttpContent _packed;

        public UnpackedContent(HttpContent packed)
        {
            _packed = packed;
            foreach (var (name, values) in packed.Headers.NonValidated)
            {
                if (name is not ("Content-Encoding" or "Content-Length"))
                {
                    Headers.TryAddWithoutValidation(name, values);
                }
            }
        }

        protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

        protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken)
        {
            var body = await _packed.ReadAsStreamAsync(cancellationToken);
            return _packed.Headers.ContentEncoding.Reverse().Aggregate(body, Unpack);
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await using var body = await CreateContentReadStreamAsync(CancellationToken.None);
            await body.CopyToAsync(stream);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _packed.Dispose();
            }

            base.Dispose(disposing);
        }

        private static Stream Unpack(Stream body, string coding) =>
            coding.ToLowerInvariant() switch
            {
                "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
                "deflate" => new ZLibStream(body, CompressionMode.Decompress),
                "br" => new BrotliStream(body, CompressionMode.Decompress),
                _ => body,
            };
    }
}
