namespace Connectors.Sources.Rest.Http.Contents;

/// <summary>
/// A packed body as it is unpacked. One that is damaged fails as one that broke off: it may come whole the next time. One reader at a time.
/// </summary>
/// <param name="unpacking">Unpacks it; disposed with this.</param>
internal sealed class UnpackedStream(Stream unpacking) : ForwardStream
{
    /// <inheritdoc/>
    protected override Stream Inner => unpacking;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await unpacking.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            throw Damaged(failure);
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            return unpacking.Read(buffer, offset, count);
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            throw Damaged(failure);
        }
    }

    // Each of .NET's streams has a word of its own for it; only that of Brotli is no InvalidDataException.
    private static bool IsDamage(Exception failure) =>
        failure is InvalidDataException or (InvalidOperationException and not ObjectDisposedException);

    private static HttpIOException Damaged(Exception failure) =>
        new(HttpRequestError.InvalidResponse, "what came packed is damaged", failure);
}
