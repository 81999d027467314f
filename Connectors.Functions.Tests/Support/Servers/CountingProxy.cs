using System.Net;
using System.Net.Sockets;
using Connectors.Testing;

namespace Connectors.Tests.Support.Servers;

/// <summary>
/// Stands between a source and a real server, whatever they speak. Each time the source speaks after the server did, that is a call: it is
/// counted, and when <see cref="BackendCalls"/> says that it fails, the connection breaks.
/// </summary>
public sealed class CountingProxy : IAsyncDisposable
{
    private readonly BackendCalls _calls;
    private readonly int _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    /// <param name="calls">Counts and breaks.</param>
    /// <param name="target">The server's port.</param>
    public CountingProxy(BackendCalls calls, int target)
    {
        _calls = calls;
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where the source connects to.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient source)
    {
        using var server = new TcpClient();
        using (source)
        {
            // A source that goes away is told by an end; a call that fails by a reset.
            using var done = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var turn = new Turn();
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                (source.NoDelay, server.NoDelay) = (true, true);
                await Task.WhenAny(
                    PumpAsync(source.GetStream(), server.GetStream(), () => !turn.Take(isSource: true) || _calls.Enter(), done.Token),
                    PumpAsync(server.GetStream(), source.GetStream(), () => turn.Take(isSource: false) || true, done.Token)
                );
            }
            catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
            {
                // The server has stopped.
            }

            await done.CancelAsync();
            source.LingerState = new LingerOption(enable: true, seconds: 0);
        }
    }

    private static async Task PumpAsync(NetworkStream from, NetworkStream to, Func<bool> works, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, cancellationToken) is > 0 and var length && works())
            {
                await to.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One of the two is gone; so is the connection.
        }
    }

    /// <summary>Whose turn it is to speak.</summary>
    private sealed class Turn
    {
        private int _source;

        /// <summary>Notes who speaks. True when the other one spoke before.</summary>
        public bool Take(bool isSource) => Interlocked.Exchange(ref _source, isSource ? 1 : 0) != (isSource ? 1 : 0);
    }
}
