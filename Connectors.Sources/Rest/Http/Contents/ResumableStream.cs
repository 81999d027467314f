namespace Connectors.Sources.Rest.Http.Contents;

/// <summary>
/// A content that goes on where its connection broke, with the rest of the very same bytes. Where there is no such rest, reading fails
/// as it would without. One reader at a time.
/// </summary>
/// <param name="first">The content from its beginning.</param>
/// <param name="length">Bytes of the whole.</param>
/// <param name="tries">How often the rest is asked for.</param>
/// <param name="openRest">Opens what follows so many bytes; <see langword="null"/> when it can't be had.</param>
internal sealed class ResumableStream(Stream first, long length, int tries, Func<long, CancellationToken, Task<Stream?>> openRest)
    : ForwardStream
{
    private Stream _part = first;
    private long _position;
    private int _triesLeft = tries;

    /// <inheritdoc/>
    protected override Stream Inner => _part;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_position < length && !buffer.IsEmpty)
        {
            try
            {
                var read = await _part.ReadAsync(buffer, cancellationToken);
                _position += read;
                return read > 0 ? read : throw new HttpIOException(HttpRequestError.ResponseEnded, "it ended before its length");
            }
            catch (Exception broken) when (broken is IOException or HttpRequestException && _triesLeft > 0)
            {
                _triesLeft--;
                if (await openRest(_position, cancellationToken) is not { } rest)
                {
                    throw;
                }

                await _part.DisposeAsync();
                _part = rest;
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A content that comes over HTTP is read asynchronously.");
}
