using System.Collections.Concurrent;
using System.Globalization;
using Connectors.Tests.Sources.Rest.HttpJson;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Connectors.Tests.Sources.Rest.Http;

/// <summary>Gives a content of 100,000 bytes, whole or from a byte on, and breaks off where the test says.</summary>
internal sealed class BreakingServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private JsonServer _server = null!;
    private int _position;

    public string Address => _server.Address;

    /// <summary>Requests as <c>Range | If-Range</c>.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public byte[] Content { get; set; } = BytesOf(1);

    public string? Tag { get; set; } = "\"v1\"";

    /// <summary>The positions at which an answer breaks off, one for each request; none for the whole.</summary>
    public Queue<int> Breaks { get; } = new();

    /// <summary>Bytes that the reader may still have to read when an answer breaks off.</summary>
    public int Unread { get; set; }

    /// <summary>What else belongs into an answer, last of all: other headers, another status.</summary>
    public Action<HttpContext> Change { get; set; } = _ => { };

    /// <summary>Whether a range is given of whatever version there is.</summary>
    public bool IgnoresIfRange { get; set; }

    public static byte[] BytesOf(int seed)
    {
        var bytes = new byte[100_000];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static async Task<BreakingServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = new BreakingServer();
        server._server = await JsonServer.StartAsync(server.AnswerAsync, cancellationToken);
        return server;
    }

    /// <summary>Reads to the end.</summary>
    public async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await Follow(stream).CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }

    /// <summary>The same stream, of which the server knows how far it was read: it breaks off only after its bytes arrived.</summary>
    public Stream Follow(Stream stream) => new FollowedStream(stream, read =>
        {
            Interlocked.Add(ref _position, read);
            _arrived.Release();
        });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _arrived.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        _requests.Enqueue($"{headers.Range} | {headers.IfRange}");
        var (bytes, from) = (Content, 0);
        var response = context.Response;
        response.Headers.AcceptRanges = "bytes";
        response.Headers.ETag = Tag;
        response.Headers.LastModified = "Sat, 01 Jun 2024 12:00:00 GMT";
        if (
            RangeHeaderValue.TryParse(headers.Range.ToString(), out var range)
            && (IgnoresIfRange || headers.IfRange == (Tag ?? response.Headers.LastModified))
        )
        {
            from = (int)range.Ranges.First().From!.Value;
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{bytes.Length - 1}/{bytes.Length}");
        }

        response.ContentLength = bytes.Length - from;
        Change(context);
        if (!Breaks.TryDequeue(out var end))
        {
            await response.Body.WriteAsync(bytes.AsMemory(from), context.RequestAborted);
            return;
        }

        await response.Body.WriteAsync(bytes.AsMemory(from..end), context.RequestAborted);
        await response.Body.FlushAsync(context.RequestAborted);
        while (Volatile.Read(ref _position) < end - Unread)
        {
            await _arrived.WaitAsync(context.RequestAborted);
        }

        if (response.ContentLength > end - from)
        {
            context.Abort();
        }
    }

    private sealed class FollowedStream(Stream stream, Action<int> read) : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var length = await stream.ReadAsync(buffer, cancellationToken);
            read(length);
            return length;
        }

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            var buffer = new byte[7_000];
            while (await ReadAsync(buffer, cancellationToken) is > 0 and var length)
            {
                await destination.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await stream.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
