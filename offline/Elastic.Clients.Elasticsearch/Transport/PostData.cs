namespace Elastic.Transport;

public abstract class PostData
{
    protected PostData()
    {
    }

    public static PostData ReadOnlyMemory(ReadOnlyMemory<byte> bytes) => new Memory(bytes);

    public abstract Task WriteAsync(Stream writableStream, ITransportConfiguration settings, bool disableDirectStreaming, CancellationToken cancellationToken);

    private sealed class Memory(ReadOnlyMemory<byte> bytes) : PostData
    {
        public override Task WriteAsync(
            Stream writableStream, ITransportConfiguration settings, bool disableDirectStreaming, CancellationToken cancellationToken) =>
            writableStream.WriteAsync(bytes, cancellationToken).AsTask();
    }
}
