using System.IO.Compression;
using System.Net;

namespace Connectors.Sources.Rest.Http.Contents;

/// <summary>
/// Lets answers come packed (RFC 9110, 8.4 and 12.5.3) and unpacks them. The handler below it could, but asks for packed answers in every
/// request, also in one that says how its answer may come (<see cref="RestRequest.Unpacked"/>).
/// </summary>
internal sealed class UnpackingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string Codings = "gzip, br";

    private static readonly Dictionary<string, Func<Stream, Stream>> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["gzip"] = body => new GZipStream(body, CompressionMode.Decompress),
        ["x-gzip"] = body => new GZipStream(body, CompressionMode.Decompress),
        ["deflate"] = body => new ZLibStream(body, CompressionMode.Decompress),
        ["br"] = body => new BrotliStream(body, CompressionMode.Decompress),
    };

    // Named, and nothing is packed by them: a stored object keeps the coding of its upload, which is undone by then, and some servers say
    // the charset here.
    private static readonly HashSet<string> Idle = new(StringComparer.OrdinalIgnoreCase) { "identity", "aws-chunked", "utf-8" };

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Headers.Contains("Accept-Encoding"))
        {
            request.Headers.TryAddWithoutValidation("Accept-Encoding", Codings);
        }

        // Whatever was asked: a store may give a file as it was put there. With one coding that is not known everything stays packed, and
        // the header says so.
        var answer = await base.SendAsync(request, cancellationToken);
        var codings = answer.Content.Headers.ContentEncoding;
        if (codings.Any(Idle.Contains))
        {
            string[] packing = [.. codings.Where(coding => !Idle.Contains(coding))];
            codings.Clear();
            Array.ForEach(packing, codings.Add);
        }

        if (codings.Count > 0 && codings.All(Known.ContainsKey))
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
            return new UnpackedStream(
                _packed.Headers.ContentEncoding.Reverse().Aggregate(body, (unpacked, coding) => Known[coding](unpacked))
            );
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await using var body = await CreateContentReadStreamAsync(cancellationToken);
            await body.CopyToAsync(stream, cancellationToken);
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
    }
}
