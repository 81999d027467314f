using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Connectors.Sources.Databases.Sql.MsSql.Tds;

namespace Connectors.Tests.Support.Tds;

/// <summary>
/// A server that speaks as much of SQL Server's protocol as the driver needs to log in and to run statements, on 127.0.0.1. What it answers
/// to a statement the test says: it holds no data.
/// </summary>
internal sealed class TdsTestServer : IAsyncDisposable
{
    private const byte Batch = 0x01;
    private const byte Call = 0x03;
    private const byte Attention = 0x06;
    private const byte Login = 0x10;
    private const byte Nvarchar = 0xE7;
    private const byte EncryptionOn = 1;
    private const byte NoEncryption = 2;

    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Task> _open = [];
    private readonly Func<string, TdsAnswer> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly Task _serving;

    /// <param name="answer">The answer to a statement.</param>
    /// <param name="certificate">With its key; <see langword="null"/> for a server without TLS.</param>
    public TdsTestServer(Func<string, TdsAnswer> answer, X509Certificate2? certificate = null)
    {
        (_answer, _certificate) = (answer, certificate);
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The answer to a login.</summary>
    public TdsAnswer ToLogin { get; set; } = TdsAnswer.LoggedIn;

    /// <summary>What was run, in order.</summary>
    public ConcurrentQueue<string> Statements { get; } = [];

    /// <summary>How many logins there were.</summary>
    public int Logins { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_open).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            _open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            Stream stream = client.GetStream();
            while (await ReadAsync(stream) is var (type, message))
            {
                switch (type)
                {
                    case TdsPacket.Prelogin:
                        await WriteAsync(stream, Greeting());
                        stream = _certificate is null ? stream : await EncryptAsync(stream);
                        break;
                    case Login:
                        Logins++;
                        await WriteAsync(stream, ToLogin.Bytes);
                        break;
                    case Attention:
                        await WriteAsync(stream, TdsAnswer.Attention.Bytes);
                        break;
                    default:
                        var statement = StatementOf(type, message);
                        Statements.Enqueue(statement);
                        await WriteAsync(stream, _answer(statement).Bytes);
                        break;
                }
            }
        }
    }

    private byte[] Greeting() =>
        [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF, 16, 0, 0, 0, 0, 0, _certificate is null ? NoEncryption : EncryptionOn];

    private async Task<Stream> EncryptAsync(Stream stream)
    {
        var packets = new TdsTlsStream(stream);
        var tls = new SslStream(packets);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,

                // With a later version the protocol begins with the handshake.
                EnabledSslProtocols = SslProtocols.Tls12,
            },
            _stop.Token
        );
        packets.EndHandshake();
        return tls;
    }

    /// <summary>A message, of as many packets as it has; <see langword="null"/> when the client has hung up.</summary>
    private async Task<(byte Type, byte[] Content)?> ReadAsync(Stream stream)
    {
        var (header, content) = (new byte[TdsPacket.HeaderLength], new List<byte>());
        do
        {
            if (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, _stop.Token) < header.Length)
            {
                return null;
            }

            var part = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)) - header.Length];
            await stream.ReadExactlyAsync(part, _stop.Token);
            content.AddRange(part);
        } while ((header[1] & 1) == 0);

        return (header[0], [.. content]);
    }

    private async Task WriteAsync(Stream stream, byte[] message)
    {
        const int Most = TdsPacket.MaxLength - TdsPacket.HeaderLength;
        for (var at = 0; at < message.Length; at += Most)
        {
            var part = message.AsMemory(at, Math.Min(Most, message.Length - at));
            await stream.WriteAsync(TdsPacket.Of(TdsPacket.Answer, part.Span, isLast: at + Most >= message.Length), _stop.Token);
        }
    }

    /// <summary>The text of a batch, or of the first parameter of a call of sp_executesql.</summary>
    private static string StatementOf(byte type, byte[] message)
    {
        var at = BinaryPrimitives.ReadInt32LittleEndian(message);
        if (type == Batch)
        {
            return Encoding.Unicode.GetString(message.AsSpan(at));
        }

        // The procedure's number and options, then the parameter's name, status and type with its collation.
        at += 8;
        if (type != Call || message[at] != Nvarchar)
        {
            throw new NotSupportedException($"message {type}, parameter {message[at]}");
        }

        at += 8;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(at));
        return Encoding.Unicode.GetString(message.AsSpan(at + 2, length));
    }
}
