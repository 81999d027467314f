using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Connectors.Sources.Databases.Sql.MsSql.Tds;

/// <summary>What a server says before a login.</summary>
/// <param name="OffersTls">Whether it can encrypt.</param>
/// <param name="Certificate">Its certificate in PEM, when it was asked for and passed the check.</param>
internal sealed record TdsGreeting(bool OffersTls, string? Certificate)
{
    private const byte EncryptionOption = 0x01;
    private const byte EndOfOptions = 0xFF;
    private const byte EncryptionOn = 0x01;
    private const byte EncryptionNotSupported = 0x02;
    private const int OptionLength = 5;

    /// <summary>How long a server may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Options and where their values are, then the values: a version, encryption wanted, no instance, no thread, no
    /// interleaving.</summary>
    private static readonly byte[] Request =
    [
        0,
        0,
        26,
        0,
        6,
        EncryptionOption,
        0,
        32,
        0,
        1,
        2,
        0,
        33,
        0,
        1,
        3,
        0,
        34,
        0,
        4,
        4,
        0,
        38,
        0,
        1,
        EndOfOptions,
        17,
        0,
        0,
        0,
        0,
        0,
        EncryptionOn,
        0,
        0,
        0,
        0,
        0,
        0,
    ];

    /// <summary>Connects, greets, looks at the certificate where it has to be checked, and hangs up.</summary>
    /// <param name="host">The server.</param>
    /// <param name="port">Its port.</param>
    /// <param name="check">What a certificate has to pass; <see langword="null"/> when nobody asks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="TdsException">It is no SQL Server.</exception>
    public static async Task<TdsGreeting> SendAsync(
        string host,
        int port,
        RemoteCertificateValidationCallback? check,
        CancellationToken cancellationToken
    )
    {
        using var late = new CancellationTokenSource(Patience, TimeProvider.System);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, both.Token);
            var stream = client.GetStream();
            await stream.WriteAsync(TdsPacket.Of(TdsPacket.Prelogin, Request), both.Token);
            var (_, length) = await TdsPacket.ReadHeaderAsync(stream, both.Token);
            var answer = new byte[length];
            await stream.ReadExactlyAsync(answer, both.Token);
            var offersTls = EncryptionOf(answer) != EncryptionNotSupported;
            return new TdsGreeting(
                offersTls,
                offersTls && check is not null ? await CertificateAsync(stream, host, check, both.Token) : null
            );
        }
        catch (OperationCanceledException stopped) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The server does not answer.", stopped);
        }
    }

    private static async Task<string> CertificateAsync(
        Stream stream,
        string host,
        RemoteCertificateValidationCallback check,
        CancellationToken cancellationToken
    )
    {
        var pem = string.Empty;
        await using var packets = new TdsTlsStream(stream);
        await using var tls = new SslStream(packets, leaveInnerStreamOpen: true);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
            {
                pem = certificate is null ? string.Empty : PemEncoding.WriteString("CERTIFICATE", certificate.GetRawCertData());
                return check(sender, certificate, chain, errors);
            },
        };
        await tls.AuthenticateAsClientAsync(options, cancellationToken);
        packets.EndHandshake();
        return pem;
    }

    /// <summary>The value of the option, among those that an answer lists.</summary>
    private static byte EncryptionOf(ReadOnlySpan<byte> answer)
    {
        for (var at = 0; at + OptionLength <= answer.Length && answer[at] != EndOfOptions; at += OptionLength)
        {
            var place = BinaryPrimitives.ReadUInt16BigEndian(answer[(at + 1)..]);
            if (answer[at] == EncryptionOption && place < answer.Length)
            {
                return answer[place];
            }
        }

        throw new TdsException("does not answer as SQL Server does. Check host and port.");
    }
}
