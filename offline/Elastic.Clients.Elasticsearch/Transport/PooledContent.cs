using System.Buffers;
using System.Net;

namespace Elastic.Transport;

/// <summary>A request body in pooled blocks of memory, which are given back when the request is disposed.</summary>
internal sealed class PooledContent : HttpContent
{
    private readonly Blocks _blocks = new();

    /// <summary>Takes the body before it is sent.</summary>
    public Stream Stream => _blocks;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _blocks.SendAsync(stream, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _blocks.SendAsync(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = _blocks.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        _blocks.Release();
        base.Dispose(disposing);
    }

    private sealed class Blocks : Stream
    {
        private const int BlockSize = 64 * 1024;
        private readonly List<byte[]> _full = [];
        private byte[]? _last;
        private int _filled;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _full.Sum(block => (long)block.Length) + _filled;

        public override long Position
        {
            get => Length;
            set => throw new NotSupportedException();
        }

        public async Task SendAsync(Stream stream, CancellationToken cancellationToken)
        {
            foreach (var block in _full)
            {
                await stream.WriteAsync(block, cancellationToken);
            }

            await stream.WriteAsync(_last.AsMemory(0, _filled), cancellationToken);
        }

        public void Release()
        {
            foreach (var block in _last is null ? _full : [.. _full, _last])
            {
                ArrayPool<byte>.Shared.Return(block);
            }

            _full.Clear();
            (_last, _filled) = (null, 0);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            while (!buffer.IsEmpty)
            {
                if (_last is null || _filled == _last.Length)
                {
                    if (_last is not null)
                    {
                        _full.Add(_last);
                    }

                    (_last, _filled) = (ArrayPool<byte>.Shared.Rent(BlockSize), 0);
                }

                var part = Math.Min(buffer.Length, _last.Length - _filled);
                buffer[..part].CopyTo(_last.AsSpan(_filled));
                _filled += part;
                buffer = buffer[part..];
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            Write(buffer.AsSpan(offset, count));
            return Task.CompletedTask;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
