namespace Connectors.Sources.Databases.Sql.MsSql.Tds;

/// <summary>Carries a TLS handshake in packets, as the protocol has it before a login. What comes after the handshake is bare: see
/// <see cref="EndHandshake"/>. Used by one reader and one writer.</summary>
internal sealed class TdsTlsStream(Stream inner) : Stream
{
    private int _left;
    private bool _isBare;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>From here on nothing is in packets.</summary>
    public void EndHandshake() => _isBare = true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isBare)
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }

        if (_left == 0)
        {
            (_, _left) = await TdsPacket.ReadHeaderAsync(inner, cancellationToken);
        }

        var read = await inner.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= read;
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isBare)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            return;
        }

        while (buffer.Length > 0)
        {
            var part = buffer[..Math.Min(buffer.Length, TdsPacket.MaxLength - TdsPacket.HeaderLength)];
            buffer = buffer[part.Length..];
            await inner.WriteAsync(TdsPacket.Of(TdsPacket.Prelogin, part.Span, isLast: buffer.Length == 0), cancellationToken);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
