using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Connectors.Sources.Databases.Sql.MsSql.Tds;

namespace Connectors.Tests.Support.Tds;

/// <summary>
/// A server that speaks as much of SQL Server's protocol as the driver needs to log in and to run statements, on 127.0.0.1. What it answers
/// to a statement others say: it holds no data. What goes wrong in the server itself fails the test that disposes it.
/// </summary>
internal sealed class TdsTestServer : IAsyncDisposable
{
    private const byte Attention = 0x06;
    private const byte Login = 0x10;
    private const byte EncryptionOn = 1;
    private const byte NoEncryption = 2;
    private const byte ResetsConnection = 0x08;

    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Task> _open = [];
    private readonly Func<TdsLogin, TdsRequest, CancellationToken, Task<TdsAnswer>> _answer;
    private readonly Task _serving;
    private int _logins;
    private int _attentions;

    /// <param name="answer">The answer to a statement, whatever its parameters.</param>
    /// <param name="certificate">With its key; <see langword="null"/> for a server without TLS.</param>
    public TdsTestServer(Func<string, TdsAnswer> answer, X509Certificate2? certificate = null)
        : this((_, request, _) => Task.FromResult(answer(request.Statement)), certificate) { }

    /// <param name="answer">The answer to a statement. Cancelled when the client does not want it any more.</param>
    /// <param name="certificate">With its key; <see langword="null"/> for a server without TLS.</param>
    public TdsTestServer(
        Func<TdsLogin, TdsRequest, CancellationToken, Task<TdsAnswer>> answer,
        X509Certificate2? certificate = null
    )
    {
        (_answer, Certificate) = (answer, certificate);
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>With its key; <see langword="null"/> when the server is without TLS. For connections to come.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>The answer to a login. An error ends the connection.</summary>
    public Func<TdsLogin, TdsAnswer> ToLogin { get; init; } = _ => TdsAnswer.LoggedIn;

    /// <summary>What was run, in order.</summary>
    public ConcurrentQueue<string> Statements { get; } = [];

    /// <summary>How many logins there were.</summary>
    public int Logins => _logins;

    /// <summary>How often a client did not want an answer any more.</summary>
    public int Attentions => _attentions;

    /// <summary>What went wrong in this server, and not at the client or on the way.</summary>
    public ConcurrentQueue<Exception> Faults { get; } = [];

    /// <exception cref="AggregateException">The server had faults.</exception>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        await Task.WhenAll(_open);
        _stop.Dispose();
        if (!Faults.IsEmpty)
        {
            throw new AggregateException("The tests' server of SQL Server's protocol has faults.", Faults);
        }
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Whatever a listener says that is stopped while it is asked.
        }
        catch (Exception end)
        {
            Note(end);
        }
    }

    /// <summary>Keeps what ended a connection, unless that is what a client may do, or the end of this server.</summary>
    private void Note(Exception end)
    {
        var isNoFault = end switch
        {
            OperationCanceledException or ObjectDisposedException => _stop.IsCancellationRequested,
            _ => end is IOException or SocketException or AuthenticationException,
        };
        if (!isNoFault)
        {
            Faults.Enqueue(end);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var closed = new CancellationTokenSource();
        using (client)
        {
            try
            {
                client.NoDelay = true;

                // Of a client that is gone already it says so as of one that goes later.
                await using var stream = new NetworkStream(client.Client);
                await ServeAsync(stream, closed.Token);
            }
            catch (Exception end)
            {
                Note(end);
            }
            finally
            {
                await closed.CancelAsync();
            }
        }
    }

    private async Task ServeAsync(Stream stream, CancellationToken closed)
    {
        var login = new TdsLogin(string.Empty, string.Empty, string.Empty, TdsPacket.MaxLength, closed);
        var next = ReadAsync(stream);
        while (await next is var (type, status, content))
        {
            switch (type)
            {
                case TdsPacket.Prelogin:
                    var certificate = Certificate;
                    await WriteAsync(stream, TdsPacket.MaxLength, Greeting(certificate is not null));
                    stream = certificate is null ? stream : await EncryptAsync(stream, certificate);
                    break;
                case Login:
                    Interlocked.Increment(ref _logins);
                    login = OwnWork("a login", () => TdsLogin.Read(content, closed));
                    var welcome = OwnWork("a login", () => ToLogin(login).WithPackets(login.PacketSize));
                    await WriteAsync(stream, TdsPacket.MaxLength, welcome.Bytes);
                    break;
                case Attention:
                    Interlocked.Increment(ref _attentions);
                    await WriteAsync(stream, login.PacketSize, TdsAnswer.Attention.Bytes);
                    break;
                default:
                    // What comes before the answer can only be that it is not wanted, or the end.
                    var early = ReadAsync(stream);
                    if (await AnswerAsync(login, type, content, early) is { } answer)
                    {
                        answer = (status & ResetsConnection) != 0 ? answer.AfterReset() : answer;
                        await WriteAsync(stream, login.PacketSize, answer.Bytes, isWhole: !answer.HasNoEnd);
                        if (answer.IsCut)
                        {
                            return;
                        }
                    }

                    next = early;
                    continue;
            }

            next = ReadAsync(stream);
        }
    }

    /// <summary>The answer; <see langword="null"/> when it is not wanted any more.</summary>
    private async Task<TdsAnswer?> AnswerAsync(TdsLogin login, byte type, byte[] content, Task early)
    {
        var request = OwnWork($"a message of the type {type}", () => TdsRequest.Read(type, content));
        Statements.Enqueue(request.Statement);
        using var unwanted = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        try
        {
            var answering = _answer(login, request, unwanted.Token);
            if (await Task.WhenAny(answering, early) == early)
            {
                await unwanted.CancelAsync();
            }

            var answer = await answering;
            return type == TdsRequest.Call && !answer.HasNoEnd ? answer.OfProcedure() : answer;
        }
        catch (OperationCanceledException) when (unwanted.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception fault)
        {
            throw Fault(request.Statement, fault);
        }
    }

    /// <summary>What is done between reading and writing: whatever goes wrong there is no matter of the connection.</summary>
    private static T OwnWork<T>(string what, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception fault)
        {
            throw Fault(what, fault);
        }
    }

    private static InvalidOperationException Fault(string what, Exception fault) =>
        new($"The tests' server could not answer: {what}: {fault.Message}", fault);

    private static byte[] Greeting(bool hasTls) =>
        [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF, 16, 0, 0, 0, 0, 0, hasTls ? EncryptionOn : NoEncryption];

    private async Task<Stream> EncryptAsync(Stream stream, X509Certificate2 certificate)
    {
        var packets = new TdsTlsStream(stream);
        var tls = new SslStream(packets);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,

                // With a later version the protocol begins with the handshake.
                EnabledSslProtocols = SslProtocols.Tls12,
            },
            _stop.Token
        );
        packets.EndHandshake();
        return tls;
    }

    /// <summary>A message, of as many packets as it has; <see langword="null"/> when the client has hung up.</summary>
    private async Task<(byte Type, byte Status, byte[] Content)?> ReadAsync(Stream stream)
    {
        var (header, content, status) = (new byte[TdsPacket.HeaderLength], new List<byte>(), (byte)0);
        do
        {
            if (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, _stop.Token) < header.Length)
            {
                return null;
            }

            status |= header[1];
            var part = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)) - header.Length];
            await stream.ReadExactlyAsync(part, _stop.Token);
            content.AddRange(part);
        } while ((header[1] & 1) == 0);

        return (header[0], status, [.. content]);
    }

    private async Task WriteAsync(Stream stream, int packetSize, byte[] message, bool isWhole = true)
    {
        var most = packetSize - TdsPacket.HeaderLength;
        for (var at = 0; at < message.Length; at += most)
        {
            var part = message.AsMemory(at, Math.Min(most, message.Length - at));
            var packet = TdsPacket.Of(TdsPacket.Answer, part.Span, isLast: isWhole && at + most >= message.Length);
            await stream.WriteAsync(packet, _stop.Token);
        }
    }
}
