using System.Runtime.InteropServices;
using Elastic.Transport;

namespace Connectors.Sync.Elasticsearch.Calls;

/// <summary>
/// The stream that the transport asks to be filled with a request's body. A body that is in memory already is borrowed in place of being
/// copied; anything else is written as into any other stream.
/// </summary>
internal sealed class BodyStream : MemoryStream
{
    private MemoryStream? _borrowed;

    public override long Length => _borrowed?.Length ?? base.Length;

    public override long Position
    {
        get => _borrowed?.Position ?? base.Position;
        set
        {
            if (_borrowed is null)
            {
                base.Position = value;
            }
            else
            {
                _borrowed.Position = value;
            }
        }
    }

    /// <summary>A body for the transport that is sent from where it lies.</summary>
    public static PostData Of(ReadOnlyMemory<byte> body) =>
        PostData.StreamHandler(
            body,
            static (bytes, stream) => Fill(stream, bytes),
            static (bytes, stream, _) =>
            {
                Fill(stream, bytes);
                return Task.CompletedTask;
            }
        );

    public override int Read(byte[] buffer, int offset, int count) =>
        _borrowed?.Read(buffer, offset, count) ?? base.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => _borrowed?.Read(buffer) ?? base.Read(buffer);

    public override int ReadByte() => _borrowed?.ReadByte() ?? base.ReadByte();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _borrowed?.ReadAsync(buffer, offset, count, cancellationToken) ?? base.ReadAsync(buffer, offset, count, cancellationToken);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _borrowed?.ReadAsync(buffer, cancellationToken) ?? base.ReadAsync(buffer, cancellationToken);

    public override void CopyTo(Stream destination, int bufferSize)
    {
        if (_borrowed is null)
        {
            base.CopyTo(destination, bufferSize);
        }
        else
        {
            _borrowed.CopyTo(destination, bufferSize);
        }
    }

    public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
        _borrowed?.CopyToAsync(destination, bufferSize, cancellationToken) ?? base.CopyToAsync(destination, bufferSize, cancellationToken);

    public override long Seek(long offset, SeekOrigin loc) => _borrowed?.Seek(offset, loc) ?? base.Seek(offset, loc);

    public override byte[] ToArray() => _borrowed?.ToArray() ?? base.ToArray();

    public override bool TryGetBuffer(out ArraySegment<byte> buffer) =>
        _borrowed?.TryGetBuffer(out buffer) ?? base.TryGetBuffer(out buffer);

    private static void Fill(Stream stream, ReadOnlyMemory<byte> body)
    {
        if (stream is BodyStream { _borrowed: null } own && own.Length == 0 && MemoryMarshal.TryGetArray(body, out var bytes))
        {
            own._borrowed = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false, publiclyVisible: true);
        }
        else
        {
            stream.Write(body.Span);
        }
    }

    /// <summary>Makes such streams.</summary>
    internal sealed class Factory : MemoryStreamFactory
    {
        public override MemoryStream Create() => new BodyStream();

        public override MemoryStream Create(byte[] bytes) => new(bytes);

        public override MemoryStream Create(byte[] bytes, int index, int count) => new(bytes, index, count);
    }
}
