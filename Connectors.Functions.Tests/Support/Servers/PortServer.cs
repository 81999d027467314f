using System.Net;
using System.Net.Sockets;

namespace Connectors.Tests.Support.Servers;

/// <summary>A port of 127.0.0.1 where something answers as a test says, each connection anew.</summary>
internal sealed class PortServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<NetworkStream, CancellationToken, Task> _answer;
    private readonly Task _serving;

    /// <param name="answer">Serves a connection, which is closed when it is through.</param>
    public PortServer(Func<NetworkStream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>One that closes every connection at once.</summary>
    public static PortServer Closing() => new((stream, token) => CloseAsync(stream, token));

    /// <summary>One that answers whatever comes first, and closes the connection.</summary>
    public static PortServer Answering(byte[] answer) =>
        new(
            async (stream, token) =>
            {
                _ = await stream.ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false, token);
                await stream.WriteAsync(answer, token);
                await CloseAsync(stream, token);
            }
        );

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Stop();
        _end.Dispose();
    }

    /// <summary>Says no more, and takes what still comes: a connection that is closed with bytes unread is reset instead, and what was
    /// said before may be lost.</summary>
    private static Task CloseAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        stream.Socket.Shutdown(SocketShutdown.Send);
        return stream.CopyToAsync(Stream.Null, cancellationToken);
    }

    private async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            // Whatever the other side does, the next connection is served as well.
            await _answer(client.GetStream(), _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
